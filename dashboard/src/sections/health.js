// The health score and what each factor cost it.
import { html, nothing, svg } from 'lit-html';
import { drawIfHere } from './later.js';
import { panel } from '../ui/panel.js';
import { exportTool } from '../ui/export-tool.js';
import { bar } from '../ui/widgets.js';
import { source, sourceWith } from '../data/sources.js';
import { state } from '../data/state.js';
import { isComparable, sinceWords } from '../ui/comparison.js';
import { BEFORE_WORDS, PERIOD_WORDS } from '../ui/time.js';
import { capital, count, decimal, duration, percent, pointsWords } from '../ui/words.js';

const RADIUS = 54;
const LENGTH = 2 * Math.PI * RADIUS;

export function healthPanel() {
  const metrics = source('metrics').data;
  return panel({
    name: 'health',
    title: 'Health',
    width: 'wide-5',
    size: 'tall',
    note: capital(PERIOD_WORDS[state.period]),
    tools: exportTool('health_metrics', 'health'),
    source: sourceWith('health', 'metrics'),
    body: (health) =>
      html`<div class="health">${ring(health, metrics)}${penalties(health, metrics)}</div>`,
  });
}

/** The score's band: its colour, and the word that says the same. */
function band(health, metrics) {
  if (metrics && metrics.messages_processed + metrics.violations_total === 0)
    return ['none', 'Nothing yet'];
  if (health.limited_data) return ['none', 'Not enough yet'];
  if (health.health_score < 50) return ['high', 'Critical'];
  if (health.health_score < 70) return ['medium', 'Needs attention'];
  return ['good', 'Healthy'];
}

function ring(health, metrics) {
  const [tone, word] = band(health, metrics);
  const filled = tone === 'none' ? 0 : (LENGTH * health.health_score) / 100;
  return html`<div class="ring tone-${tone}">
    <svg viewBox="0 0 128 128" aria-hidden="true">
      <circle class="ring-track" cx="64" cy="64" r=${RADIUS} />
      ${filled > 0 ? svg`<circle class="ring-value" cx="64" cy="64" r=${RADIUS} stroke-dasharray="${filled} ${LENGTH}" />` : nothing}
    </svg>
    <p class="ring-text">${tone === 'none' ? html`<strong aria-hidden="true">–</strong>` : html`<strong>${count(health.health_score)}</strong><span class="hidden"> of 100. </span>`}<span>${word}</span></p>
  </div>`;
}

function penalties(health, metrics) {
  const escalated = health.action_distribution.kicks_pct + health.action_distribution.bans_pct;
  const response = metrics?.avg_response_time_ms
    ? `${duration(metrics.avg_response_time_ms)} on average, messages too`
    : 'Nothing measured';
  return html`<div class="penalties">
    <p class="small muted">${isComparable(health) ? pointsWords(health.trends.health_change, BEFORE_WORDS[state.period]) : metrics && sinceWords(metrics)}</p>
    <dl>
      ${penalty('Violation rate', health.penalties.violation_rate, 30, `${decimal(health.violation_rate)} per 1,000`, '5 to 20')}
      ${penalty('Response time', health.penalties.response_time, 20, response, '100 ms to 1 s')}
      ${penalty('Kicks and bans', health.penalties.escalation, 50, `${percent(escalated)} of violations`, '10 to 50 %')}
    </dl>
    <p class="small muted relief">${drawIfHere('healthRelief', { health, metrics }, '100 less these points, rounded down.')}</p>
    ${health.limited_data ? html`<p class="small muted">Fewer than 10 messages, so the violation rate costs nothing.</p>` : nothing}
  </div>`;
}

/** One factor: what it measured, between which `limits` it costs, and how many of its at most `worst` points it took. */
function penalty(name, points, worst, measured, limits) {
  return html`<div class="penalty">
    <dt>${name}</dt>
    <dd class="muted small">${measured}, <span class="nowrap">costs from ${limits}</span></dd>
    <dd class="number">${points > 0 ? `−${decimal(points)}` : '0'}<span class="muted small worst"> of ${worst}</span></dd>
    <dd class="penalty-bar">${bar(points / worst, points > 0 ? 'medium' : 'none')}</dd>
  </div>`;
}
