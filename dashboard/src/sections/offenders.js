// The members with the most violations, and how violations spread over members.
import { html, nothing } from 'lit-html';
import { repeat } from 'lit-html/directives/repeat.js';
import { panel } from '../ui/panel.js';
import { exportTool } from '../ui/export-tool.js';
import { bar, level, member, momentTime } from '../ui/widgets.js';
import { source } from '../data/sources.js';
import { state } from '../data/state.js';
import { PERIOD_WORDS } from '../ui/time.js';
import { capital, count, percent, plural } from '../ui/words.js';

export function offendersPanel() {
  return panel({
    name: 'offenders',
    title: 'Top offenders',
    width: 'wide-6',
    size: 'rows',
    note: capital(PERIOD_WORDS[state.period]),
    tools: exportTool('top_offenders', 'offenders'),
    source: source('offenders'),
    body: (people) =>
      people.top_users.length > 0
        ? [table(people.top_users), spread(people)]
        : html`<p class="empty">Nobody broke a rule in the ${PERIOD_WORDS[state.period]}.</p>`,
  });
}

function table(users) {
  const most = users[0].violation_count;
  return html`<table class="list stack stack-people">
    <thead><tr>
      <th scope="col">Member</th><th scope="col" class="number">Violations</th><td></td><th scope="col">Warning level</th><th scope="col" class="number">Last one</th>
    </tr></thead>
    <tbody>${repeat(
      users,
      ({ user_id: id }) => id,
      (user) => html`<tr class="row">
      <td class="at-who">${member(user, `#member/${user.user_id}`)}</td>
      <td class="at-count number">${count(user.violation_count)}<span class="narrow-only"> ${user.violation_count === 1 ? 'violation' : 'violations'}</span></td>
      <td class="at-bar grow">${bar(user.violation_count / most)}</td>
      <td class="at-level">${level(user.warning_level)}</td>
      <td class="at-time number muted">${momentTime(user.last_violation)}</td>
    </tr>`,
    )}</tbody>
  </table>`;
}

/** "41 members with one violation, 12 with 2, 3 with 3 or more. 2.1 % of all members." */
function spread({ violation_distribution: distribution, moderated_users_pct: share }) {
  const groups = Object.entries(distribution)
    .map(([times, users]) => [Number(times), users])
    .sort(([a], [b]) => a - b);
  const few = groups.filter(([times]) => times < 4);
  const many = groups.filter(([times]) => times >= 4).reduce((sum, [, users]) => sum + users, 0);
  const parts = few.map(
    ([times, users]) => `${plural(users, 'member')} with ${plural(times, 'violation')}`,
  );
  if (many > 0) parts.push(`${plural(many, 'member')} with 4 or more`);
  return html`<p class="panel-foot small muted">${parts.join(', ')}.
    ${share > 0 ? html`That is ${percent(share)} of all members.` : nothing}</p>`;
}
