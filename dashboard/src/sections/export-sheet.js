// A new export, or one that was asked for: how far it is, what the file is, and taking it away.
import { html, nothing } from 'lit-html';
import { path, source } from '../data/sources.js';
import { state } from '../data/state.js';
import { gone, goneWords, nothingThere } from '../ui/gone.js';
import { closeSheet } from '../ui/navigation.js';
import { failed } from '../ui/panel.js';
import { copyable, foreign, fullTime } from '../ui/widgets.js';
import { count } from '../ui/words.js';
import { may } from '../data/roles.js';
import { cancel, remove } from './export-acting.js';
import {
  estimateLine,
  filterFields,
  formatFields,
  timeFields,
  viewField,
} from './export-fields.js';
import { form, formOf, isPossible, make, startAgain } from './export-form.js';
import { download, makerOf, progress, watch } from './export-list.js';
import { isView, VIEWS, viewName } from './export-views.js';
import {
  filterWords,
  formatWords,
  isWaiting,
  sizeWords,
  timeWords,
  whyWords,
} from './export-words.js';

export function exportSheet() {
  const { id } = state.sheet;
  if (!may('moderator'))
    return html`<p class="empty">Moderators and above can make exports and take them away.</p>`;
  return id === null || id === 'new' || isView(id) ? editor(id ?? 'new') : one();
}

function editor(id) {
  formOf(id);
  const { wish } = form;
  const submit = (event) => {
    event.preventDefault();
    if (event.target.reportValidity()) make();
  };
  return html`<form class="form channel-form" @submit=${submit}>
    ${viewField(wish)} ${timeFields(wish)} ${filterFields(wish)} ${formatFields(wish)}
    ${estimateLine(wish)}
    ${form.error ? html`<p class="field-error" role="alert">${form.error}</p>` : nothing}
    <div class="sheet-tools">
      <button class="button primary" aria-disabled=${form.busy || !isPossible()}>Make the export</button>
      <button type="button" class="button" @click=${closeSheet}>Cancel</button>
    </div>
    <p class="small muted">It is made in the background from one moment’s data, noted in the audit log, and there for every ${VIEWS[wish.view].from ?? 'moderator'} of this server.</p>
  </form>`;
}

/** It is read by itself: the list may not reach so far back. */
function one() {
  if (!path('export')) return noSuch();
  const read = source('export');
  if (read.error && goneWords(read.error, '')) return noSuch();
  if (!read.data)
    return read.error
      ? failed(read, 'export')
      : html`<div class="waiting waiting-tall" aria-hidden="true"></div>`;
  if (isWaiting(read.data)) watch([read.data]);
  return [head(read.data), facts(read.data), tools(read.data)];
}

const noSuch = () =>
  gone(`${nothingThere('export')} Each is kept for 30 days.`, ['#exports', 'To the exports']);

function head(made) {
  const why = whyWords(made);
  return html`<div class="sheet-who"><strong>${viewName(made.export_type)}</strong><span>${progress(made)}</span></div>
    ${why ? html`<p class="sheet-reason" role="status">${why}</p>` : nothing}`;
}

function facts(made) {
  const filters = filterWords(made.filters);
  const rows = [
    ['Format', formatWords(made)],
    ['Of which time', timeWords(made)],
    ['Filters', filters && foreign(filters)],
    ['Rows', made.record_count === null ? '' : count(made.record_count)],
    ['Size', made.file_size === null ? '' : sizeWords(made.file_size)],
    ['SHA-256', made.sha256 && copyable(made.sha256, 'SHA-256')],
    ['File', made.file_name && html`<code>${made.file_name}</code>`],
    ['As of', made.as_of && fullTime(made.as_of)],
    ['By', makerOf(made)],
    ['Asked for', fullTime(made.created_at)],
    ['Tries', made.attempt > 1 ? count(made.attempt) : ''],
    [
      made.status === 'expired' ? 'Expired' : 'There until',
      made.expires_at && fullTime(made.expires_at),
    ],
    ['Columns', columns(made.columns)],
  ];
  return html`<dl class="facts">${rows.filter(([, value]) => value).map(([name, value]) => html`<dt>${name}</dt><dd>${value}</dd>`)}</dl>`;
}

const columns = (all) =>
  all &&
  html`<details class="folded"><summary>${count(all.length)}</summary><ul class="small">${all.map(({ name, kind }) => html`<li><code>${name}</code> <span class="muted">${kind}</span></li>`)}</ul></details>`;

function tools(made) {
  const removed = () => {
    remove(made);
    closeSheet();
  };
  return html`<div class="sheet-tools">
    ${made.status === 'done' ? download(made, 'button primary') : nothing}
    ${isWaiting(made) ? html`<button type="button" class="button" @click=${() => cancel(made)}>Cancel it</button>` : html`<button type="button" class="button" @click=${() => startAgain(made)}>Make it again</button><button type="button" class="button danger" @click=${removed}>Delete</button>`}
  </div>`;
}
