// How the violations divide: by severity, by detection type, by action.
import { html } from 'lit-html';
import { panel } from './panel.js';
import { bar, severity } from './parts.js';
import { source } from './sources.js';
import { state } from './state.js';
import { PERIOD_WORDS } from './time.js';
import { capital, count, DETECTION_WORDS, DETECTIONS, percent, SEVERITIES } from './words.js';

const ACTIONS = [['Warnings', 'warnings_pct'], ['Timeouts', 'timeouts_pct'], ['Kicks', 'kicks_pct'], ['Bans', 'bans_pct']];

export function splitPanels() {
  return [
    split('severity', 'Severity', 'metrics', (metrics) =>
      SEVERITIES.map((level) => counted(severity(level), metrics.violations_by_severity[level] ?? 0, metrics.violations_total, level))),
    split('types', 'Found by', 'metrics', (metrics) =>
      DETECTIONS.map((type) => counted(DETECTION_WORDS[type], metrics.violations_by_type[type] ?? 0, metrics.violations_total))),
    split('actions', 'Actions taken', 'health', (health) => ACTIONS.map(([word, field]) => row(word, '', health.action_distribution[field]))),
  ];
}

function split(name, title, from, rows) {
  return panel({
    name,
    title,
    width: 'wide-4',
    size: 'short',
    note: capital(PERIOD_WORDS[state.period]),
    source: source(from),
    body: (data) => html`<table class="split"><caption class="hidden">${title}</caption>
      <thead class="hidden"><tr><th>Kind</th><th>Bar</th><th>Count</th><th>Share</th></tr></thead>
      <tbody>${rows(data)}</tbody></table>`,
  });
}

function counted(word, value, total, tone) {
  return row(word, count(value), total > 0 ? (100 * value) / total : 0, tone);
}

function row(word, value, share, tone = 'none') {
  return html`<tr>
    <th scope="row">${word}</th>
    <td class="grow">${bar(share / 100, tone)}</td>
    <td class="number">${value}</td>
    <td class="number muted">${percent(share)}</td>
  </tr>`;
}
