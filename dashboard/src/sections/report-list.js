// The scheduled reports at a glance: who gets what and when, how it went last, and when it runs next.
import { html, nothing } from 'lit-html';
import { repeat } from 'lit-html/directives/repeat.js';
import { may } from '../data/roles.js';
import { source } from '../data/sources.js';
import { state } from '../data/state.js';
import { panel } from '../ui/panel.js';
import { foreign, momentTime } from '../ui/widgets.js';
import { plural } from '../ui/words.js';
import { stateMark } from './alert-parts.js';
import { ownZone, statusWords } from './preference-words.js';
import { cadenceWords, reportState, targetWords, viewWords } from './report-words.js';
import { runTimes } from './report-times.js';

export const reportsPanel = () =>
  panel({
    name: 'reports',
    title: 'Scheduled reports',
    width: 'wide-12',
    note: state.narrow ? '' : 'Sent by themselves, about a day, week or month that is over',
    tools: may('admin') ? html`<a class="button" href="#schedule/new">Plan a report</a>` : nothing,
    source: source('schedules'),
    body: ({ schedules }) => (schedules.length > 0 ? table(schedules) : none()),
  });

const none =
  () => html`<p class="empty">No report is planned. A report is a mail or a message with the figures of a day, a week or a month,
  a chart, and a file with the rows. ${may('admin') ? 'Plan a report: what it would look like is shown beside the form, and nothing is sent before you save it.' : 'Admins and owners can plan one.'}</p>`;

function table(reports) {
  return html`<table class="list stack stack-reports" aria-label="Scheduled reports">
    <thead><tr><th scope="col">Report</th><th scope="col">Last time</th><th scope="col">Goes to</th><th scope="col">Next</th></tr></thead>
    <tbody>${repeat(reports, ({ id }) => id, row)}</tbody></table>`;
}

function row(report) {
  const [mark, words, tone] = reportState(report);
  const last = report.last_run;
  return html`<tr class="row">
    <td class="at-who"><a class="cut row-link" href="#schedule/${report.id}">${foreign(report.name)}</a>
      <span class="cut small muted">${cadenceWords(report)} · ${viewWords(report.export_types)}</span></td>
    <td class="at-level">${stateMark(mark, words, tone)}${last ? html` <span class="small muted">${momentTime(last.created_at)}</span>` : nothing}</td>
    <td class="at-why">${targetList(report)}</td>
    <td class="at-time">${nextOf(report)}</td>
  </tr>`;
}

/** Each target with what became of the last run there. */
export function targetList({ delivery }) {
  return html`<ul class="target-list">${delivery.map((target) => html`<li>${lastMark(target)}<span class="cut">${foreign(targetWords(target))}</span></li>`)}</ul>`;
}

const BAD = ['dead', 'unknown', 'retrying', 'queued', 'held'];

/** The worst of its addresses. */
function lastMark({ last, kind, state: now }) {
  const worst = [...last].sort((a, b) => rank(a) - rank(b))[0];
  const label =
    kind === 'email' && last.length > 1 ? ` of ${plural(last.length, 'address', 'addresses')}` : '';
  if (now === 'broken' || now === 'gone')
    return small('broken', now === 'gone' ? 'Removed' : 'Broken', 'high');
  if (!worst) return small('off', 'Nothing sent yet', 'none');
  const [mark, words, tone] = statusWords(worst.status);
  return small(mark, words + label, tone);
}

const rank = ({ status }) => (BAD.includes(status) ? BAD.indexOf(status) : BAD.length);
const small = (mark, words, tone) =>
  html`<span title=${words}>${stateMark(mark, html`<span class="hidden">${words}: </span>`, tone)}</span>`;

function nextOf({ next_runs: runs, timezone, enabled }) {
  if (!enabled || runs.length === 0) return html`<span class="muted">Paused</span>`;
  const [{ theirs, mine }] = runTimes(runs.slice(0, 1), timezone, ownZone());
  return html`<span class="narrow-only muted">Next </span><time datetime=${runs[0].at}>${theirs.day}</time> <span class="small muted">${theirs.offset}</span>
    ${mine ? html`<span class="cut small muted">${mine.day} your clock</span>` : nothing}`;
}
