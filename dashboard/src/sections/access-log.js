// Who looked at what, by the hour: for owners.
import { html } from 'lit-html';
import { repeat } from 'lit-html/directives/repeat.js';
import { PagedList } from '../data/paged.js';
import { accessPath } from '../data/sources-later.js';
import { source } from '../data/sources.js';
import { olderFoot } from '../ui/older.js';
import { panel } from '../ui/panel.js';
import { momentTime } from '../ui/widgets.js';
import { count } from '../ui/words.js';
import { openedRows } from './access-words.js';
import { person } from './audit-subjects.js';

// Also their order, the last one first.
const idOf = ({ hour, reader, what }) => `${hour} ${reader} ${what}`;
export const list = new PagedList({
  field: 'entries',
  path: accessPath,
  idOf,
  isAfter: (row, last) => idOf(row) < idOf(last),
});

export function accessPanel() {
  const first = source('access');
  list.take(first);
  return panel({
    name: 'access',
    title: 'Who looked at what',
    width: 'wide-12',
    size: 'rows',
    note: 'What was opened, by the hour; kept for owners',
    source: first,
    body: () => [
      list.rows.length > 0
        ? table(list.rows)
        : html`<p class="empty">Nobody has looked at anything yet.</p>`,
      olderFoot(list),
    ],
  });
}

function table(rows) {
  return html`<table class="list stack stack-audit">
    <thead><tr><th scope="col" class="to-time">Last</th><th scope="col" class="to-who">Who</th><th scope="col">What</th><th scope="col" class="number">Times</th></tr></thead>
    <tbody>${repeat(openedRows(rows), ({ hour, reader, words }) => `${hour} ${reader} ${words}`, row)}</tbody>
  </table>`;
}

function row(entry) {
  const [kind, id] = entry.reader.split(':');
  return html`<tr>
    <td class="at-time muted">${momentTime(entry.last_at)}</td>
    <td class="at-who">${kind === 'user' ? person({ ...entry, user_id: id }) : 'An API token'}</td>
    ${entry.byItself ? ownReads(entry) : opened(entry)}
  </tr>`;
}

const opened = ({ words, times }) => html`
    <td class="at-level">${words}</td>
    <td class="at-why number">${count(times)}<span class="narrow-only"> ${times === 1 ? 'time' : 'times'}</span></td>`;

/** Whoever reads past the page can say the same of their reads: what these were of is never left out. */
const ownReads = ({ words }) => html`
    <td class="at-level small muted">The open page by itself: ${words}</td>
    <td class="at-why number muted">–</td>`;
