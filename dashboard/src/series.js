// Messages and violations over time, as charts or as a table.
import { html } from 'lit-html';
import { keyed } from 'lit-html/directives/keyed.js';
import './chart-element.js';
import { panel, tableSwitch } from './panel.js';
import { source } from './sources.js';
import { state, update } from './state.js';
import { bucketName, PERIOD_WORDS } from './time.js';
import { capital, count } from './words.js';

export function seriesPanel() {
  const asTable = Boolean(state.tables.series);
  const toggle = () => update({ tables: { ...state.tables, series: !asTable } });
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
  // A period has its own axis and bucket width, so it has its own element.
  return keyed(state.period, html`<modwatch-chart role="group" aria-roledescription="chart"
    aria-label="Messages and violations over the ${PERIOD_WORDS[state.period]}. Left and right arrow keys read the values."
    .period=${state.period} .series=${metrics.time_series}></modwatch-chart>`);
}

function table(metrics) {
  const newestFirst = [...metrics.time_series].reverse();
  return html`<div class="scroll charts-high" tabindex="0" role="region" aria-label="Messages and violations as a table">
    <table class="list">
      <thead><tr><th scope="col">Time</th><th scope="col" class="number">Messages</th><th scope="col" class="number">Violations</th></tr></thead>
      <tbody>${newestFirst.map(
        (bucket) => html`<tr>
          <th scope="row">${bucketName(Date.parse(bucket.timestamp), state.period)}</th>
          <td class="number">${count(bucket.messages)}</td><td class="number">${count(bucket.violations)}</td></tr>`,
      )}</tbody>
    </table>
  </div>`;
}
