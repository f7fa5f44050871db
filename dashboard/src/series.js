// Messages and violations over time, as charts or as a table.
import { html } from 'lit-html';
import { keyed } from 'lit-html/directives/keyed.js';
import { within } from './chart-words.js';
import { panel, tableSwitch } from './panel.js';
import { source } from './sources.js';
import { changed, showAsTable, state } from './state.js';
import { BEFORE_WORDS, BUCKET_MS, bucketName, PERIOD_WORDS } from './time.js';
import { capital, count } from './words.js';

let charting = 'unasked'; // unasked | asked | here | failed

/** The charts come in a file of their own: the first figures need not wait for it. */
export async function loadCharts() {
  if (charting !== 'unasked') return;
  charting = 'asked';
  try {
    await import('./chart-element.js');
    charting = 'here';
  } catch {
    charting = 'failed'; // the same figures are there as a table
  }
  changed();
}

export function seriesPanel() {
  const asTable = charting === 'failed' || state.tables.series;
  const toggle = () => showAsTable('series', !asTable);
  return panel({
    name: 'series',
    title: 'Messages and violations',
    width: 'wide-8',
    size: 'chart',
    note: capital(PERIOD_WORDS[state.period]),
    tools: tableSwitch(asTable, toggle),
    source: source('metrics'),
    body: (metrics) => (asTable ? table(metrics) : charts(metrics)),
  });
}

function charts(metrics) {
  if (charting !== 'here') return html`<div class="waiting" aria-hidden="true"></div>`;
  // A period has its own axis and bucket width, so it has its own element.
  return keyed(state.period, html`<modwatch-chart role="group" aria-roledescription="chart"
    aria-label="Messages and violations over the ${PERIOD_WORDS[state.period]}. Left and right arrow keys read the values."
    .period=${state.period} .previous=${metrics.previous_series} .series=${metrics.time_series} .marks=${marks()}></modwatch-chart>`);
}

const ON_THE_AXIS = new Set(['health_score_drop', 'bot_offline', 'rate_limit_approaching']);

/** Raids, and alerts told of by notifications. */
function marks() {
  const raids = source('raids').data?.major_events ?? [];
  const alerts = source('notifications').data?.notifications ?? [];
  return [
    ...raids.map(({ timestamp, description }) => ({ timestamp, tone: 'high', words: `Raid: ${description}` })),
    ...alerts.filter(({ event_type: type }) => ON_THE_AXIS.has(type)).map(({ created_at: timestamp, title }) => ({ timestamp, tone: 'medium', words: title })),
  ];
}

function table(metrics) {
  const before = metrics.previous_series;
  const newestFirst = metrics.time_series.map((bucket, at) => ({ ...bucket, was: before?.messages[at], were: before?.violations[at] })).reverse();
  const all = marks();
  const startMs = (bucket) => Date.parse(bucket.timestamp);
  return html`<div class="scroll charts-high" tabindex="0" role="region" aria-label="Messages and violations as a table">
    <table class="list">
      <thead><tr><th scope="col">Time</th><th scope="col" class="number">Messages</th><th scope="col" class="number">${capital(BEFORE_WORDS[state.period])}</th><th scope="col" class="number">Violations</th><th scope="col" class="number">${capital(BEFORE_WORDS[state.period])}</th></tr></thead>
      <tbody>${newestFirst.map(
        (bucket) => html`<tr>
          <th scope="row">${bucketName(startMs(bucket), state.period)}${within(all, startMs(bucket), startMs(bucket) + BUCKET_MS[state.period]).map(({ words }) => html`<br><span class="small muted">${words}</span>`)}</th>
          <td class="number">${count(bucket.messages)}</td><td class="number muted">${count(bucket.was ?? 0)}</td>
          <td class="number">${count(bucket.violations)}</td><td class="number muted">${count(bucket.were ?? 0)}</td></tr>`,
      )}</tbody>
    </table>
  </div>`;
}
