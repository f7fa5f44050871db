// Who acted, how fast, how often it was overturned; and the hours in which nobody did.
import { html, nothing } from 'lit-html';
import { cellName } from './heatmap.js';
import { panel } from './panel.js';
import { member } from './parts.js';
import { source } from './sources.js';
import { state } from './state.js';
import { PERIOD_WORDS } from './time.js';
import { capital, count, duration, percent, plural } from './words.js';

const SHOWN = 10;
const GAPS = 3;
const KINDS = [['warning', 'warning'], ['timeout', 'timeout'], ['kick', 'kick'], ['ban', 'ban'], ['other', 'other', 'other'], ['none', 'without action', 'without action']];

export function moderatorsPanel() {
  return panel({
    name: 'moderators',
    title: 'Moderators',
    width: 'wide-6',
    size: 'rows',
    note: capital(PERIOD_WORDS[state.period]),
    source: source('moderators'),
    body: ({ moderators, coverage_gaps: gaps }) => [
      moderators.length > 0 ? table(moderators) : html`<p class="empty">No violation was handled by a moderator in the ${PERIOD_WORDS[state.period]}.</p>`,
      moderators.length > 0 && gaps.length > 0 ? uncovered(gaps) : nothing,
    ],
  });
}

function table(moderators) {
  return html`<table class="list stack stack-moderators">
    <thead><tr>
      <th scope="col">Moderator</th><th scope="col">Actions</th><th scope="col">Response</th><th scope="col" class="number">Overturned</th>
    </tr></thead>
    <tbody>${moderators.slice(0, SHOWN).map((each) => html`<tr>
      <td class="at-who">${member(each)}</td>
      <td class="at-why"><span class="cut" title=${kinds(each.actions)}>${count(each.actions_total)}<span class="narrow-only"> actions:</span> <span class="muted small">${kinds(each.actions)}</span></span></td>
      <td class="at-severity muted" title="Half within ${duration(each.response_time_p50_ms)}, 95 % within ${duration(each.response_time_p95_ms)}">${duration(each.response_time_p50_ms)}</td>
      <td class="at-time number">${percent(each.overturned_pct)}<span class="narrow-only"> overturned</span></td>
    </tr>`)}</tbody>
  </table>`;
}

/** "12 warnings, 3 timeouts, 1 kick". */
function kinds(actions) {
  const present = KINDS.filter(([kind]) => actions[kind] > 0);
  return present.map(([kind, one, many]) => plural(actions[kind], one, many)).join(', ');
}

function uncovered(gaps) {
  const worst = [...gaps].sort((a, b) => b.violation_count - a.violation_count).slice(0, GAPS);
  const words = worst.map((gap) => `${cellName({ day: gap.day_of_week, hour: gap.hour })} (${plural(gap.violation_count, 'violation')})`);
  return html`<p class="panel-foot small muted">Violations came, but no moderator acted, in ${plural(gaps.length, 'hour')} of the week: ${words.join(', ')}${gaps.length > GAPS ? ' and others' : ''}.</p>`;
}
