// Rules by hits and by how often their actions were overturned.
import { html, nothing } from 'lit-html';
import { repeat } from 'lit-html/directives/repeat.js';
import { filterOnlyBy } from './filters.js';
import { panel } from '../ui/panel.js';
import { exportTool } from '../ui/export-tool.js';
import { foreign, momentTime } from '../ui/widgets.js';
import { leadTo } from '../ui/navigation.js';
import { rulesTextPanel } from './rules-text.js';
import { filterOfRule, learnRules } from '../data/rule-names.js';
import { periodStart, source } from '../data/sources.js';
import { state } from '../data/state.js';
import { PERIOD_WORDS } from '../ui/time.js';
import { vars } from '../ui/vars.js';
import { capital, count, percent, SEVERITIES } from '../ui/words.js';
import { isolated } from '../ui/foreign-text.js';

export const rulesPanels = () => [effectiveness(), rulesTextPanel()];

function effectiveness() {
  return panel({
    name: 'effectiveness',
    title: 'Effectiveness',
    width: 'wide-8',
    size: 'rows',
    note: capital(PERIOD_WORDS[state.period]),
    tools: exportTool('rule_effectiveness', 'rules'),
    source: source('rules'),
    body: (rules) => [
      rules.top_rules.length > 0
        ? [table(rules), explained()]
        : html`<p class="empty">No rule was hit in the ${PERIOD_WORDS[state.period]}.</p>`,
      rules.dead_rules.length > 0 ? dead(rules.dead_rules) : nothing,
    ],
  });
}

function table({ top_rules: rules, total_rule_violations: total }) {
  learnRules(rules);
  const most = rules[0].violation_count;
  return html`<table class="list stack stack-rules">
    <thead><tr>
      <th scope="col">Rule</th><th scope="col" class="number">Hits</th><td></td><th scope="col">Held on appeal</th><th scope="col" class="number">Last hit</th>
    </tr></thead>
    <tbody>${repeat(
      rules,
      (rule) => rule.rule_name,
      (rule) => row(rule, most, total),
    )}</tbody>
  </table>`;
}

function row(rule, most, total) {
  return html`<tr class="row">
    <td class="at-who"><button type="button" class="link cut row-link" title="Show the violations of ${isolated(rule.rule_name)}" @click=${() => show(rule.rule_name)}>${foreign(rule.rule_name)}</button></td>
    <td class="at-count number">${count(rule.violation_count)}<span class="narrow-only"> ${rule.violation_count === 1 ? 'hit' : 'hits'}</span> <span class="kinds small muted">${percent((100 * rule.violation_count) / Math.max(1, total))} of all</span></td>
    <td class="at-bar grow">${severities(rule, most)}</td>
    <td class="at-level">${held(rule)}</td>
    <td class="at-time number muted">${rule.last_hit ? momentTime(rule.last_hit) : ''}</td>
  </tr>`;
}

function show(rule) {
  // The count is of the period: so is the list.
  filterOnlyBy({ ...filterOfRule(rule), since: periodStart() });
  leadTo('violations');
}

/** One bar in three lengths: how severe this rule's hits were. */
function severities({ severity_distribution: spread, violation_count: hits }, most) {
  const levels = SEVERITIES.filter((level) => spread[level] > 0);
  return html`<span class="bar bar-split" aria-hidden="true" ${vars({ '--scale': hits / most })}>
    ${levels.map((level) => html`<span class="tone-${level}" ${vars({ '--share': (spread[level] ?? 0) / Math.max(1, hits) })}></span>`)}
  </span> <span class="kinds small muted">${levels.map((level) => `${count(spread[level])} ${level}`).join(', ')}</span>`;
}

function held(rule) {
  if (rule.small_sample)
    return html`<span class="muted small">Too few appeals${rule.overturned_count > 0 ? `, ${count(rule.overturned_count)} overturned` : ''}</span>`;
  return html`${percent(100 * rule.precision)}${rule.overturned_count > 0 ? html` <span class="muted small">${count(rule.overturned_count)} overturned</span>` : nothing}`;
}

function explained() {
  return html`<details class="explained small"><summary>What “held on appeal” says</summary>
    <p class="prose muted">Of the appeals against a rule's actions that were decided, the share in which the action was upheld.
      A low figure means that the rule hits people it should not. With fewer than 5 decided appeals the figure would be
      chance, so none is shown. Select a rule to see its violations.</p></details>`;
}

function dead(names) {
  return html`<div class="panel-foot small"><p class="chips"><span class="muted">Without a hit in the ${PERIOD_WORDS[state.period]}, but seen in the last 90 days:</span>
    ${names.map((name) => html`<span class="chip cut">${foreign(typeof name === 'string' ? name : name.rule_name)}</span>`)}
    <span class="muted">Rules that never hit may be obsolete, or worded past what people do.</span></p></div>`;
}
