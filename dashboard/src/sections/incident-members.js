// The members of an incident, what was done to each, and what can be done about all of them.
import { html, nothing } from 'lit-html';
import { repeat } from 'lit-html/directives/repeat.js';
import { ApiError, explain, send } from '../data/api.js';
import { may } from '../data/roles.js';
import { under } from '../data/sources.js';
import { changed } from '../data/state.js';
import { leadTo } from '../ui/navigation.js';
import { level, member } from '../ui/widgets.js';
import { count, plural } from '../ui/words.js';
import { filterOnlyBy } from './filters.js';
import { clearMembers, isCleared } from './incident-acting.js';
import { actionWords } from './incident-words.js';

const PAGE = 200;
const NO_MORE = { of: null, members: [], cursor: null, busy: false, error: null };
let more = NO_MORE; // members beyond those that come with the incident

addEventListener('modwatch:left', () => (more = NO_MORE));

export function membersPart(incident) {
  const key = `${incident.id} ${incident.revision}`;
  if (more.of !== key) more = { ...NO_MORE, of: key, cursor: incident.members_cursor };
  // Once each: while it goes on, a page that is read later may repeat some.
  const all = [...incident.members, ...more.members].map((one) => [one.user_id, one]);
  const shown = [...new Map(all).values()];
  return html`<h3>Members <span class="muted">${count(incident.member_count)}</span></h3>
    ${tools(incident, shown)}
    <table class="list raid-members"><thead><tr><th scope="col">Member</th><th scope="col">What was done</th><th scope="col">Warnings</th></tr></thead>
    <tbody>${repeat(
      shown,
      ({ user_id: id }) => id,
      (one) => row(one, isCleared(incident)),
    )}</tbody></table>
    ${foot(incident, shown)}`;
}

function row(one, cleared) {
  const done = actionWords(one.actions).map(([, words]) => words);
  return html`<tr class="row">
    <td>${member(one, `#member/${one.user_id}`)}</td>
    <td class="small">${done.join(', ')}${one.pending_appeals > 0 ? html`<br><span class="raid-wait">Appeal waits</span>` : nothing}</td>
    <td>${level(cleared ? 0 : one.warning_level)}</td></tr>`;
}

function tools(incident, shown) {
  const waiting = shown.reduce((sum, one) => sum + one.pending_appeals, 0);
  const warned = shown.some((one) => one.warning_level > 0) || more.cursor;
  const list = () => {
    filterOnlyBy({ incident: incident.id });
    leadTo('violations');
  };
  return html`<p class="sheet-tools">
    <button type="button" class="button" @click=${list}>All ${plural(incident.violation_count, 'violation')}</button>
    ${waiting > 0 && may('moderator') ? html`<button type="button" class="button" @click=${() => leadTo('people')}>Decide ${plural(waiting, 'appeal')}</button>` : nothing}
    ${warned && may('moderator') && !isCleared(incident) ? html`<button type="button" class="button" @click=${() => clearMembers(incident)}>Clear their warnings</button>` : nothing}
    ${may('moderator') ? html`<a class="button" href="api/v1${under(`violations/export?format=csv&incident=${incident.id}`)}" download>Export as CSV</a>` : nothing}
  </p>`;
}

function foot(incident, shown) {
  if (!more.cursor) return nothing;
  return html`<p class="panel-foot">
    ${more.error ? html`<span class="small" role="status">${explain(more.error).join(' ')}</span>` : nothing}
    <button type="button" class="button" aria-disabled=${more.busy} @click=${() => readMore(incident)}>${more.busy ? 'Reading' : `Show more of ${count(incident.member_count - shown.length)}`}</button></p>`;
}

async function readMore({ id }) {
  const mine = more;
  if (mine.busy) return;
  Object.assign(mine, { busy: true, error: null });
  changed();
  try {
    const { data } = await send(
      under(`incidents/${id}/members?limit=${PAGE}&cursor=${mine.cursor}`),
    );
    mine.members = [...mine.members, ...data.members];
    mine.cursor = data.members_cursor;
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    mine.error = error;
  } finally {
    mine.busy = false;
    changed();
  }
}
