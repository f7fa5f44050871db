// How the violations divide: by severity, by detection type, by action.
import { html } from 'lit-html';
import { panel } from '../ui/panel.js';
import { bar, severity } from '../ui/widgets.js';
import { source } from '../data/sources.js';
import { state } from '../data/state.js';
import { PERIOD_WORDS } from '../ui/time.js';
import {
  capital,
  count,
  DETECTION_WORDS,
  DETECTIONS,
  percent,
  SEVERITIES,
  shares,
} from '../ui/words.js';

const ACTIONS = [
  ['Warnings', 'warning'],
  ['Timeouts', 'timeout'],
  ['Kicks', 'kick'],
  ['Bans', 'ban'],
  ['Other or none', 'other_or_none'],
];

export function splitPanels() {
  return [
    split('severity', 'Severity', ({ violations_by_severity: by }) =>
      SEVERITIES.map((level) => [severity(level), by[level], level]),
    ),
    split('types', 'Found by', ({ violations_by_type: by }) =>
      DETECTIONS.map((type) => [DETECTION_WORDS[type], by[type]]),
    ),
    split('actions', 'Actions taken', ({ violations_by_action: by = {} }) =>
      ACTIONS.map(([word, field]) => [word, by[field]]),
    ),
  ];
}

/** `parts` are `[word, count, tone]` of what adds up to all violations. */
function split(name, title, parts) {
  return panel({
    name,
    title,
    width: 'wide-4',
    size: 'short',
    note: capital(PERIOD_WORDS[state.period]),
    source: source('metrics'),
    body: (data) => html`<table class="split"><caption class="hidden">${title}</caption>
      <thead class="hidden"><tr><th>Kind</th><th>Bar</th><th>Count</th><th>Share</th></tr></thead>
      <tbody>${rows(parts(data))}</tbody></table>`,
  });
}

function rows(parts) {
  const all = shares(parts.map(([, value = 0]) => value));
  return parts.map(([word, value = 0, tone], at) => row(word, count(value), all[at], tone));
}

function row(word, value, share, tone = 'none') {
  return html`<tr>
    <th scope="row">${word}</th>
    <td class="grow">${bar(share / 100, tone)}</td>
    <td class="number">${value}</td>
    <td class="number muted">${percent(share)}</td>
  </tr>`;
}
