// Members with a warning level: search, filter, look closer, clear.
import { html, nothing } from 'lit-html';
import { repeat } from 'lit-html/directives/repeat.js';
import { explain } from '../data/api.js';
import { clearQuiet, isCleared } from './clearing.js';
import { panel } from '../ui/panel.js';
import { exportTool } from '../ui/export-tool.js';
import { level, member, momentTime } from '../ui/widgets.js';
import { PagedList } from '../data/paged.js';
import { readDue } from '../data/reads.js';
import { may } from '../data/roles.js';
import { source, warningsPath } from '../data/sources.js';
import { state, update } from '../data/state.js';
import { LEVEL_WORDS, plural } from '../ui/words.js';

const TYPING_MS = 300;
let typing = 0;

const list = new PagedList({
  field: 'warnings',
  idOf: (row) => row.user_id,
  path: warningsPath,
  isAfter: (row, last) =>
    row.level < last.level ||
    (row.level === last.level && BigInt(row.user_id) > BigInt(last.user_id)),
});

export function warningsPanel() {
  const first = source('warnings');
  list.take(first);
  return panel({
    name: 'warnings',
    title: 'Warnings',
    width: 'wide-6',
    size: 'rows',
    note: first.data ? plural(list.total, 'member') : '',
    tools: [tools(), exportTool('warnings', 'warnings')],
    source: first,
    body: () => [list.rows.length > 0 ? table(list.rows) : none(), foot()],
  });
}

function filterBy(changes) {
  update({ warned: { ...state.warned, ...changes } });
  readDue();
}

function whenTyped(event) {
  clearTimeout(typing);
  const search = event.target.value.trim();
  typing = setTimeout(() => filterBy({ search }), TYPING_MS);
}

function tools() {
  return html`<form class="filters" role="search" aria-label="Warnings" @submit=${(event) => event.preventDefault()}>
    <input class="input" type="search" aria-label="Search members by name or id" placeholder="Name or id" maxlength="100" .value=${state.warned.search} @input=${whenTyped}>
    <select class="select" aria-label="Warning level" .value=${state.warned.level} @change=${(event) => filterBy({ level: event.target.value })}>
      <option value="">Any level</option>
      ${[5, 4, 3, 2, 1].map((each) => html`<option value=${each}>${each}: ${LEVEL_WORDS[each]}</option>`)}
    </select>
  </form>`;
}

const none = () =>
  html`<p class="empty">${state.warned.search || state.warned.level ? 'Nobody fits this search.' : 'Nobody has a warning.'}</p>`;

function table(rows) {
  return html`<table class="list stack stack-warnings">
    <thead><tr><th scope="col">Member</th><th scope="col">Warning level</th><th scope="col" class="number">Last violation</th></tr></thead>
    <tbody>${repeat(
      rows,
      ({ user_id: id }) => id,
      (row) => {
        const cleared = isCleared(row.user_id);
        return html`<tr class="row">
        <td class="at-who">${member(row, `#member/${row.user_id}`)}</td>
        <td class="at-level">${cleared ? html`<span class="small muted">Cleared</span>` : level(row.level)}</td>
        <td class="at-time number muted">${row.last_violation ? momentTime(row.last_violation) : ''}</td>
      </tr>`;
      },
    )}</tbody>
  </table>`;
}

function foot() {
  return html`<footer class="panel-foot">
    ${list.error ? html`<p class="small" role="status">${explain(list.error).join(' ')}</p>` : nothing}
    ${list.cursor ? html`<button type="button" class="button" aria-disabled=${list.busy} @click=${() => list.readOlder()}>${list.busy ? 'Reading' : 'Show more'}</button>` : nothing}
    ${may('moderator') && list.total > 0 ? bulk() : nothing}
  </footer>`;
}

function bulk() {
  const clear = (event) => {
    event.preventDefault();
    const { date } = event.target.elements;
    if (date.value) clearQuiet(date.value);
  };
  const today = new Date(state.nowMs).toISOString().slice(0, 10);
  return html`<form class="bulk" @submit=${clear}>
    <label class="small muted" for="bulk-date">Clear all who were last seen before</label>
    <input class="input" id="bulk-date" name="date" type="date" max=${today} required>
    <button class="button">Clear</button>
  </form>`;
}
