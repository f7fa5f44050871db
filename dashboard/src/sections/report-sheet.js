// One scheduled report, or a new one: its form with the preview beside it, what it does now, and its runs.
import { html, nothing } from 'lit-html';
import { may } from '../data/roles.js';
import { source } from '../data/sources.js';
import { state } from '../data/state.js';
import { ask } from '../ui/ask.js';
import { isolated } from '../ui/foreign-text.js';
import { closeSheet } from '../ui/navigation.js';
import { failed } from '../ui/panel.js';
import { foreign } from '../ui/widgets.js';
import { stateMark } from './alert-parts.js';
import { missing } from './missing.js';
import { policyFields, timeFields, whatFields } from './report-fields.js';
import { form, formOf, isDirty, remove, save, setEnabled, start, wishNow } from './report-form.js';
import { targetList } from './report-list.js';
import { nextRuns, previewPane } from './report-preview.js';
import { runHistory } from './report-runs.js';
import { targetFields, toldSecret } from './report-targets.js';
import { cadenceWords, offWords, reportState, viewWords } from './report-words.js';

export function scheduleSheet() {
  const read = source('schedules');
  if (!read.data)
    return read.error
      ? failed(read, 'scheduled reports')
      : html`<div class="waiting waiting-tall" aria-hidden="true"></div>`;
  const { id } = state.sheet;
  formOf(id ?? 'new');
  const isNew = id === null || id === 'new';
  const report = isNew ? null : read.data.schedules.find((each) => each.id === id);
  if (!isNew && !report) return missing('schedules', 'report', ['#exports', 'To the reports']);
  if (!may('admin')) return readOnly(report);
  return html`<div class="beside"><div class="form">
      ${toldSecret()} ${report ? head(report) : nothing} ${editor(report)}
      ${report ? runHistory(report) : nothing}</div>
    ${previewPane(wishNow(report), report?.next_runs)}</div>`;
}

function readOnly(report) {
  if (!report) return html`<p class="empty">Admins and owners can plan reports.</p>`;
  return html`${head(report)}
    <dl class="facts"><dt>When</dt><dd>${cadenceWords(report)}</dd><dt>Shows</dt><dd>${viewWords(report.export_types)}</dd><dt>Goes to</dt><dd>${targetList(report)}</dd></dl>
    ${nextRuns(report.next_runs, report.timezone)} ${runHistory(report)}
    <p class="small muted">Admins and owners can change reports.</p>`;
}

function head(report) {
  const [mark, words, tone] = reportState(report);
  return html`<div class="sheet-who"><strong>${foreign(report.name)}</strong>${stateMark(mark, words, tone)}</div>
    ${report.why_not ? html`<p class="sheet-reason" role="status">${offWords(report)}</p>` : nothing}
    ${may('admin') ? doing(report) : nothing}`;
}

/** What is done with a report as it is stored. */
function doing(report) {
  const busy = Boolean(form.busy);
  const dirty = isDirty();
  return html`<div class="sheet-tools">
    <button type="button" class="button" aria-disabled=${busy || dirty} @click=${() => !dirty && start(report, 'run')}>Run now</button>
    <button type="button" class="button" aria-disabled=${busy || dirty} @click=${() => !dirty && start(report, 'test')}>Send a test</button>
    <button type="button" class="button" aria-disabled=${busy} @click=${() => setEnabled(report, !report.enabled)}>${report.enabled ? 'Pause' : 'Go on'}</button>
    <button type="button" class="button danger" aria-disabled=${busy} @click=${() => askRemove(report)}>Remove</button>
    ${dirty ? html`<p class="small muted">Save first: these are of the report as it is stored.</p>` : nothing}
  </div>`;
}

function editor(report) {
  const wish = wishNow(report);
  const isWhole = wish.export_types.length > 0 && wish.delivery.length > 0;
  const isOff = Boolean(form.busy) || !isWhole || Boolean(report && !isDirty());
  const submit = (event) => {
    event.preventDefault();
    if (!isOff) save(report);
  };
  return html`<form class="form channel-form" @submit=${submit}>
    ${whatFields(wish)} ${timeFields(wish)} ${targetFields(wish, report)} ${policyFields(wish)}
    ${isWhole ? nothing : html`<p class="small muted">Choose at least one thing to show, and one place to send it to.</p>`}
    ${form.error ? html`<p class="field-error" role="alert">${form.error}</p>` : nothing}
    <div class="sheet-tools"><button class="button primary" aria-disabled=${isOff}>${report ? 'Save' : 'Plan the report'}</button>
      <button type="button" class="button" @click=${closeSheet}>${isDirty() ? 'Discard' : 'Close'}</button></div>
  </form>`;
}

async function askRemove(report) {
  const body = html`<p>It does not run any more, and what waits to be sent of it is not sent. Its runs stay on record.</p>`;
  if (await ask({ title: `Remove ${isolated(report.name)}?`, body, yes: 'Remove it' }))
    await remove(report);
}
