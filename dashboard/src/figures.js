// The four key figures.
import { html } from 'lit-html';
import { panel } from './panel.js';
import { sparkline } from './parts.js';
import { source } from './sources.js';
import { state } from './state.js';
import { BEFORE_WORDS } from './time.js';
import { changeWords, count, decimal, duration } from './words.js';

export function figuresPanel() {
  const health = source('health').data;
  return panel({
    name: 'figures',
    title: 'Key figures',
    width: 'wide-7',
    size: 'tall bare',
    source: source('metrics'),
    body: (metrics) => html`<dl class="figures">${figures(metrics, health)}</dl>`,
  });
}

function figures(metrics, health) {
  const before = BEFORE_WORDS[state.period];
  const change = (name) => (health ? changeWords(health.trends[name], before) : '');
  const series = metrics.time_series;
  const rates = series.map(({ messages, violations }) => (messages > 0 ? (1000 * violations) / messages : 0));
  const percentiles = `Half within ${duration(metrics.response_time_p50_ms)}, 95 % within ${duration(metrics.response_time_p95_ms)}`;
  return [
    figure('Messages', count(metrics.messages_processed), change('messages_change_pct'), series.map(({ messages }) => messages)),
    figure('Violations', count(metrics.violations_total), change('violations_change_pct'), series.map(({ violations }) => violations)),
    figure('Violations per 1,000 messages', health ? decimal(health.violation_rate) : '\u00a0', 'Up to 5 cost no points', rates),
    figure('Mean response time', metrics.avg_response_time_ms > 0 ? duration(metrics.avg_response_time_ms) : '–', metrics.response_time_p95_ms > 0 ? percentiles : 'No violation to respond to', metrics.response_time_series_ms?.map((value) => value || null)),
  ];
}

function figure(name, value, words, values) {
  return html`<div class="figure">
    <dt>${name}</dt>
    <dd class="key">${value}</dd>
    <dd class="words">${words}</dd>
    ${values?.some(Boolean) ? html`<dd class="course">${sparkline(values)}</dd>` : ''}
  </div>`;
}
