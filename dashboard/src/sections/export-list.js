// The exports of the last 30 days: how far each is, what came of it, and where its file is.
import { html, nothing } from 'lit-html';
import { repeat } from 'lit-html/directives/repeat.js';
import { source } from '../data/sources.js';
import { fileAddress, hastenExports } from '../data/sources-later.js';
import { state } from '../data/state.js';
import { olderFoot } from '../ui/older.js';
import { panel } from '../ui/panel.js';
import { bar, foreign, momentTime } from '../ui/widgets.js';
import { count, plural } from '../ui/words.js';
import { stateMark } from './alert-parts.js';
import { cancel, isDeleted, list } from './export-acting.js';
import { viewName } from './export-views.js';
import {
  exportState,
  filterWords,
  formatWords,
  isWaiting,
  progressWords,
  sizeWords,
  storageWords,
  timeWords,
} from './export-words.js';

const LOOK_AGAIN_MS = 1000; // while one is being made; what comes live comes sooner
let timer = 0;

export function exportsPanel() {
  const storage = source('exportStorage').data;
  list.take(source('exports'));
  return panel({
    name: 'exports',
    title: 'Exports',
    width: 'wide-12',
    size: 'rows',
    note: storage && storage.files > 0 ? storageWords(storage) : '',
    tools: html`<a class="button" href="#export/new">Make an export</a>`,
    source: source('exports'),
    body: ({ exports }) => {
      watch(exports);
      const shown = list.rows.filter(({ id }) => !isDeleted(id));
      return [shown.length > 0 ? table(shown) : none(), olderFoot(list)];
    },
  });
}

/** For those who may not make any. */
export const noExports =
  () => html`<article class="panel wide-12" aria-labelledby="title-exports" aria-busy="false">
    <header class="panel-head"><h3 id="title-exports">Exports</h3></header>
    <p class="empty">Moderators and above can take what this page shows away as a file.</p></article>`;

const none =
  () => html`<p class="empty">No export in the last 30 days. An export is a file with all rows of what a panel shows, with
  the filters and the period chosen there: the arrow in a panel’s corner begins one. It is made from one moment’s data, with its rows counted and its SHA-256 kept.</p>`;

/** Look again by itself while one goes on, for readers whose network lets no live events through. */
export function watch(exports) {
  clearTimeout(timer);
  if (exports.some(isWaiting)) timer = setTimeout(hastenExports, LOOK_AGAIN_MS);
}

function table(exports) {
  return html`<table class="list stack stack-exports" aria-label="Exports, newest first">
    <thead><tr><th scope="col">What</th><th scope="col">State</th><th scope="col" class="number">Rows</th><th scope="col" class="number to-extra">Size</th><th scope="col" class="to-extra">By</th><th scope="col">Made</th><th scope="col"><span class="hidden">Do</span></th></tr></thead>
    <tbody>${repeat(exports, ({ id }) => id, row)}</tbody></table>`;
}

function row(made) {
  const filters = filterWords(made.filters);
  return html`<tr class="row" aria-current=${state.sheet?.id === made.id || nothing}>
    <td class="at-who"><a class="cut row-link" href="#export/${made.id}">${viewName(made.export_type)} <span class="muted">${formatWords(made)}</span></a>
      <span class="cut small muted">${timeWords(made)}${filters ? html` · ${foreign(filters)}` : nothing}</span></td>
    <td class="at-level">${progress(made)}</td>
    <td class="at-count number">${made.record_count === null ? '' : html`${count(made.record_count)}<span class="narrow-only"> ${made.record_count === 1 ? 'row' : 'rows'}</span>`}</td>
    <td class="at-extra number muted">${made.file_size === null ? '' : sizeWords(made.file_size)}</td>
    <td class="at-extra"><span class="cut">${makerOf(made)}</span></td>
    <td class="at-time muted">${momentTime(made.created_at)}</td>
    <td class="at-act number">${control(made)}</td>
  </tr>`;
}

/** Who made it: a person, a report, a program, or whoever runs this Modwatch. */
export function makerOf(made) {
  if (made.schedule_id)
    return html`<a class="above" href="#schedule/${made.schedule_id}">A report</a>`;
  if (made.created_by === `user:${state.me?.id}`) return 'You';
  if (made.created_by_username) return foreign(made.created_by_username);
  return made.created_by.startsWith('token:')
    ? 'An API token'
    : made.created_by === 'operator'
      ? 'The operator'
      : `Member …${made.created_by.slice(-6)}`;
}

/** How it is; while it is being made, how far. */
export function progress(made) {
  const [mark, words, tone] = exportState(made);
  if (made.status !== 'running') return stateMark(mark, words, tone);
  return html`<span class="going" role="progressbar" aria-label="${viewName(made.export_type)}" aria-valuemin="0" aria-valuemax="100" aria-valuenow=${Math.floor(made.progress)} aria-valuetext="${Math.floor(made.progress)} percent">
    ${stateMark(mark, `${Math.floor(made.progress)} %`, tone)} ${bar(made.progress / 100, 'accent')}</span>
    <span class="cut small muted">${progressWords(made)}</span>`;
}

function control(made) {
  if (made.status === 'done') return download(made, 'button quiet');
  return isWaiting(made)
    ? html`<button type="button" class="button quiet" @click=${() => cancel(made)}>Cancel<span class="hidden"> ${viewName(made.export_type)}</span></button>`
    : nothing;
}

export const download = (made, look) =>
  html`<a class=${look} href=${fileAddress(made.id)} download>Download<span class="hidden"> ${viewName(made.export_type)}, ${plural(made.record_count, 'row')}</span></a>`;
