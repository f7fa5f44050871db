// The latest ten violations, from the overview.
import { html } from 'lit-html';
import { repeat } from 'lit-html/directives/repeat.js';
import { fresh } from '../data/live-overlay.js';
import { panel } from '../ui/panel.js';
import { agoTime, foreign, severity } from '../ui/widgets.js';
import { source } from '../data/sources.js';
import { state } from '../data/state.js';
import { ACTION_WORDS, memberName } from '../ui/words.js';

export function feedPanel() {
  return panel({
    name: 'feed',
    title: 'Latest violations',
    width: 'wide-4',
    size: 'beside-chart',
    tools: html`<a class="more" href="#violations">All violations</a>`,
    source: source('overview'),
    body: ({ latest_violations: latest }) =>
      latest.length > 0
        ? entries(latest)
        : html`<p class="empty">Nothing yet. Violations show up here within seconds.</p>`,
  });
}

function entries(latest) {
  return html`<ol class="feed">${repeat(latest, ({ id }) => id, entry)}</ol>`;
}

function entry(violation) {
  return html`<li class=${fresh.has(violation.id) ? 'row fresh' : 'row'}>
    ${severity(violation.severity, true)}
    <div class="feed-what">
      <p class="cut"><a class="row-link" href="#violation/${violation.id}"><strong>${foreign(memberName(violation))}</strong> <span class="muted">${foreign(violation.rule ?? violation.reason)}</span></a></p>
      <p class="small muted">${ACTION_WORDS[violation.action] ?? violation.action}</p>
    </div>
    <p class="small muted feed-when">${agoTime(violation.timestamp, state.nowMs)}</p>
  </li>`;
}
