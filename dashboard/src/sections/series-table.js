// Messages and violations over time as a table.
import { html } from 'lit-html';
import { marksOf } from '../charts/chart-words.js';
import { state } from '../data/state.js';
import { BEFORE_WORDS, bucketName } from '../ui/time.js';
import { capital, count } from '../ui/words.js';

/** The charts' figures, newest first. `previous` is the period before, null where it cannot be compared with. */
export function seriesTable({ metrics, marks, previous }) {
  const { time_series: series } = metrics;
  const was = (field, at) => (previous ? count(previous[field][at]) : '–');
  const name = ({ timestamp }, at) =>
    bucketName(Date.parse(timestamp), state.period) + (at === series.length - 1 ? ', so far' : '');
  const newestFirst = series.map((bucket, at) => [bucket, at]).reverse();
  return html`<div class="scroll charts-high" tabindex="0" role="region" aria-label="Messages and violations as a table">
    <table class="list">
      <thead><tr><th scope="col">Time</th><th scope="col" class="number">Messages</th><th scope="col" class="number">${capital(BEFORE_WORDS[state.period])}</th><th scope="col" class="number">Violations</th><th scope="col" class="number">${capital(BEFORE_WORDS[state.period])}</th></tr></thead>
      <tbody>${newestFirst.map(
        ([bucket, at]) => html`<tr>
          <th scope="row">${name(bucket, at)}${marksOf(at, series, marks).map(({ words, href }) => html`<br>${href ? html`<a class="small" href=${href}>${words}</a>` : html`<span class="small muted">${words}</span>`}`)}</th>
          <td class="number">${count(bucket.messages)}</td><td class="number muted">${was('messages', at)}</td>
          <td class="number">${count(bucket.violations)}</td><td class="number muted">${was('violations', at)}</td></tr>`,
      )}</tbody>
    </table>
  </div>`;
}
