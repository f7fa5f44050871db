// Who acted, how fast, how often it was overturned; and the hours in which no moderator did.
import { html } from 'lit-html';
import { repeat } from 'lit-html/directives/repeat.js';
import { heatGrid } from '../charts/heat-grid.js';
import { panel } from '../ui/panel.js';
import { member } from '../ui/widgets.js';
import { source } from '../data/sources.js';
import { state } from '../data/state.js';
import { PERIOD_WORDS } from '../ui/time.js';
import { capital, count, duration, percent, plural } from '../ui/words.js';

const KINDS = [
  ['warning', 'warning'],
  ['timeout', 'timeout'],
  ['kick', 'kick'],
  ['ban', 'ban'],
  ['other', 'other', 'other'],
  ['none', 'without action', 'without action'],
];

export const moderatorPanels = () => [moderatorsPanel(), coveragePanel()];

function moderatorsPanel() {
  return panel({
    name: 'moderators',
    title: 'Who acted',
    width: 'wide-6',
    size: 'rows',
    note: capital(PERIOD_WORDS[state.period]),
    source: source('moderators'),
    body: ({ moderators }) =>
      moderators.length > 0
        ? table(moderators)
        : html`<p class="empty">No violation was handled by a moderator in the ${PERIOD_WORDS[state.period]}.</p>`,
  });
}

function table(moderators) {
  return html`<table class="list stack stack-moderators">
    <thead><tr>
      <th scope="col">Moderator</th><th scope="col">Actions</th><th scope="col">Median response</th><th scope="col" class="number">Overturned</th>
    </tr></thead>
    <tbody>${repeat(
      moderators,
      ({ user_id: id }) => id,
      (each) => html`<tr>
      <td class="at-who">${member(each)}</td>
      <td class="at-why">${acted(each)}</td>
      <td class="at-severity muted">${duration(each.response_time_p50_ms)} <span class="kinds small">95 % in ${duration(each.response_time_p95_ms)}</span></td>
      <td class="at-time number">${percent(each.overturned_pct)}<span class="narrow-only"> overturned</span></td>
    </tr>`,
    )}</tbody>
  </table>`;
}

/** "16 actions", and below "12 warnings, 3 timeouts, 1 kick"; where all are of one kind, that alone: "1 timeout". */
function acted({ actions, actions_total: total }) {
  const kinds = KINDS.filter(([kind]) => actions[kind] > 0).map(([kind, one, many]) =>
    plural(actions[kind], one, many),
  );
  if (kinds.length === 1) return kinds[0];
  return html`${plural(total, 'action')} <span class="kinds small muted">${kinds.join(', ')}</span>`;
}

function coveragePanel() {
  return panel({
    name: 'coverage',
    title: 'Coverage gaps',
    width: 'wide-6',
    size: 'rows',
    note: `${capital(PERIOD_WORDS[state.period])}, server time`,
    source: source('moderators'),
    body: ({ coverage_gaps: gaps }) =>
      gaps.length > 0
        ? uncovered(gaps)
        : html`<p class="empty">${source('metrics').data?.violations_total === 0 ? 'Nothing to cover: no violation in this time.' : 'No gap: in every hour with violations, a moderator acted.'}</p>`,
  });
}

const words = ({ value }) =>
  value > 0 ? `${plural(value, 'violation')}, no moderator acted` : 'no gap';

function uncovered(gaps) {
  const total = gaps.reduce((sum, { violation_count: value }) => sum + value, 0);
  return html`<p class="small muted prose">In ${plural(gaps.length, 'hour')} of the week violations came (${count(total)} in all), but no moderator
      acted. The stronger the field, the more of them.</p>
    ${heatGrid({ cells: gaps, label: 'Hours without a moderator', tone: 'medium', words })}`;
}
