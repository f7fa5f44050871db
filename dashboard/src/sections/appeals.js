// Appeals that wait for a decision.
import { html, nothing } from 'lit-html';
import { repeat } from 'lit-html/directives/repeat.js';
import { ApiError, explainChange, send } from '../data/api.js';
import { ask } from '../ui/ask.js';
import { say } from '../ui/toasts.js';
import { olderFoot } from '../ui/older.js';
import { panel } from '../ui/panel.js';
import { agoTime, foreign, fullTime, member } from '../ui/widgets.js';
import { may } from '../data/roles.js';
import { PagedList } from '../data/paged.js';
import { appealsPath, refresh, source, under } from '../data/sources.js';
import { changed, state } from '../data/state.js';

let deciding = null; // the id of the appeal being decided

const list = new PagedList({
  field: 'appeals',
  idOf: (appeal) => appeal.appeal_id,
  path: appealsPath,
  isAfter: (appeal, last) => appeal.created_at <= last.created_at,
});

export function appealsPanel() {
  list.take(source('appeals'));
  return panel({
    name: 'appeals',
    title: 'Waiting appeals',
    width: 'wide-12',
    source: source('appeals'),
    body: () => [
      list.rows.length > 0
        ? html`<ul class="appeals">${repeat(list.rows, list.idOf, entry)}</ul>`
        : html`<p class="empty">No appeal waits for a decision.</p>`,
      olderFoot(list),
    ],
  });
}

function entry(appeal) {
  return html`<li class="row">
    <div class="appeal">
      ${appeal.user_id ? member(appeal, `#violation/${appeal.violation_id}`) : html`<a class="row-link" href="#violation/${appeal.violation_id}">Appeal ${foreign(appeal.appeal_id.slice(0, 8))}</a>`}
      <p class="small muted">${appeal.rule ? html`<strong>${foreign(appeal.rule)}</strong>: ` : nothing}${appeal.reason === null ? 'The violation is not on record here.' : foreign(appeal.reason)} · <span class="nowrap">Appealed ${agoTime(appeal.created_at, state.nowMs)}</span></p>
      ${appeal.text ? html`<blockquote class="appeal-text">${foreign(appeal.text)}</blockquote>` : nothing}
    </div>
    ${may('moderator') ? buttons(appeal) : nothing}
  </li>`;
}

/** The buttons for the appeal of this violation, when it is among those that wait. */
export function decideButtons(violationId) {
  const appeal = list.take(source('appeals')).find((each) => each.violation_id === violationId);
  return appeal
    ? html`<p class="small muted">Appealed ${fullTime(appeal.created_at)}</p>${buttons(appeal)}`
    : nothing;
}

function buttons(appeal) {
  const busy = deciding === appeal.appeal_id;
  return html`<p class="sheet-tools">
    <button type="button" class="button" aria-disabled=${busy} @click=${() => decide(appeal, 'denied')}>Uphold the action</button>
    <button type="button" class="button" aria-disabled=${busy} @click=${() => decide(appeal, 'approved')}>Overturn it</button>
  </p>`;
}

const OVER = new Set([404, 409]); // somebody else decided it
const QUESTIONS = {
  approved: [
    'Overturn the action?',
    'The appeal is granted, and the bot is told to take the action back. It counts against the precision of the rule.',
    'Overturn it',
  ],
  denied: ['Uphold the action?', 'The appeal is denied. The action stands.', 'Uphold it'],
};

async function decide(appeal, status) {
  const [title, body, yes] = QUESTIONS[status];
  if (
    deciding ||
    !(await ask({ title, body: html`<p>${body} A decision cannot be taken back.</p>`, yes }))
  )
    return;
  deciding = appeal.appeal_id;
  changed();
  try {
    await send(under(`appeals/${encodeURIComponent(appeal.appeal_id)}/decision`), {
      method: 'POST',
      body: { status },
    });
    say({
      words:
        status === 'approved'
          ? 'The appeal is granted. The bot is told to take the action back.'
          : 'The appeal is denied. The bot is told.',
      tone: 'good',
    });
    list.drop(appeal); // which may be on an older page, that is not read again
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    if (OVER.has(error.status)) list.drop(appeal);
    say({ words: explainChange(error), tone: 'high', shownMs: 10_000 });
  } finally {
    deciding = null;
    refresh('appeals', 'botChanges', ...(state.sheet?.kind === 'violation' ? ['violation'] : []));
  }
}
