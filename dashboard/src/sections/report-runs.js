// The runs of a report: how each ended, at each target, in the receiver's own words; and sending once more.
import { html, nothing } from 'lit-html';
import { may } from '../data/roles.js';
import { source } from '../data/sources.js';
import { ask } from '../ui/ask.js';
import { failed } from '../ui/panel.js';
import { foreign, momentTime } from '../ui/widgets.js';
import { stateMark } from './alert-parts.js';
import { because } from './channel-words.js';
import { forgetRuns, form, resend } from './report-form.js';
import { isRetryable, mayRepeat, statusWords } from './preference-words.js';
import { isRunning, kindWords, runState, whyRun } from './report-words.js';
import { watchRuns } from '../data/sources-later.js';

/** Below the form of a report. */
export function runHistory(report) {
  const read = source('runs');
  const runs = read.data?.runs ?? [];
  watchRuns(runs.some(isRunning));
  return html`<section class="runs" aria-labelledby="title-runs"><h3 id="title-runs">Runs</h3>
    ${read.error ? failed(read, 'runs') : nothing}
    ${read.data && runs.length === 0 ? html`<p class="empty">It has not run yet. A test or a run of now is listed here as well.</p>` : nothing}
    <ol class="run-list">${runs.map((run) => one(run, report))}</ol>
    ${may('owner') && runs.some((run) => !isRunning(run)) ? html`<button type="button" class="button danger" aria-disabled=${Boolean(form.busy)} @click=${() => askForget(report)}>Delete the record of runs</button>` : nothing}</section>`;
}

async function askForget(report) {
  const body = html`<p>What was sent, to whom and what came of it cannot be read any more. Runs that go on stay, and so do the files.</p>`;
  if (await ask({ title: 'Delete the record of all runs?', body, yes: 'Delete it' }))
    await forgetRuns(report);
}

function one(run, report) {
  const [mark, words, tone] = runState(run);
  const why = whyRun(run);
  return html`<li>
    <p class="run-head">${stateMark(mark, why ? `${words}: ${why}` : words, tone)} <span class="muted">${kindWords(run)}</span> <span class="small muted">${momentTime(run.due_at ?? run.created_at)}</span></p>
    <p class="small muted">About ${windowWords(run.window)}${run.exports.length > 0 && may('moderator') ? html` · ${run.exports.map((id, at) => html`<a href="#export/${id}">file${run.exports.length > 1 ? ` ${at + 1}` : ''}</a> `)}` : nothing}</p>
    <ul class="run-targets">${run.deliveries.map((sent) => outcome(sent, report))}</ul>
  </li>`;
}

const DAY_MS = 24 * 3_600_000;

/** "23 Nov 2026 to 29 Nov 2026", or the one day. */
export function windowWords({ start, end, timezone }) {
  const day = (at) =>
    new Intl.DateTimeFormat(undefined, {
      timeZone: timezone,
      day: 'numeric',
      month: 'short',
      year: 'numeric',
    }).format(new Date(at));
  const [first, last] = [day(start), day(Date.parse(end) - 1)];
  return Date.parse(end) - Date.parse(start) > 1.1 * DAY_MS ? `${first} to ${last}` : first;
}

/** What became of it at one channel and address. */
function outcome(sent, report) {
  const [mark, words, tone] = statusWords(sent.status);
  const said = sent.last_attempt?.answer;
  return html`<li>
    <p>${stateMark(mark, words, tone)} ${foreign(sent.target ?? sent.channel.name ?? 'a channel removed since')}</p>
    <p class="small muted">${sent.status === 'sent' ? nothing : because(sent)}${sent.status === 'retrying' && sent.due_at ? html` Again ${momentTime(sent.due_at)}.` : nothing}${said ? html` The receiver said: ${foreign(said)}` : nothing}</p>
    ${isRetryable(sent) && may('admin') ? html`<button type="button" class="button" aria-disabled=${Boolean(form.busy)} @click=${() => again(sent, report)}>Send again</button>` : nothing}
  </li>`;
}

async function again(sent, report) {
  const repeats = mayRepeat(sent);
  const body = html`<p>It is not known whether it arrived. If it did, it arrives a second time.</p>`;
  if (repeats && !(await ask({ title: 'Send it again?', body, yes: 'Send it again' }))) return;
  await resend(report, sent, repeats);
}
