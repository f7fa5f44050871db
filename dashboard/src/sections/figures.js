// The four key figures.
import { html } from 'lit-html';
import { panel } from '../ui/panel.js';
import { sparkline } from '../ui/widgets.js';
import { source, sourceWith } from '../data/sources.js';
import { state } from '../data/state.js';
import { BEFORE_WORDS } from '../ui/time.js';
import { finishedSums, isComparable, sinceWords } from '../ui/comparison.js';
import { changeWords, count, decimal, duration } from '../ui/words.js';

export function figuresPanel() {
  const health = source('health').data;
  return panel({
    name: 'figures',
    title: 'Key figures',
    width: 'wide-7',
    size: 'tall bare',
    source: sourceWith('metrics', 'health'),
    body: (metrics) => html`<dl class="figures">${figures(metrics, health)}</dl>`,
  });
}

const NONE = { count: 0 };

/** All of the same violations, the bot's or the moderators', never both. */
const spread = ({ mean_ms: mean, p95_ms: most }) =>
  `95 % within ${duration(most)}, mean ${duration(mean)}`;

function figures(metrics, health) {
  const before = BEFORE_WORDS[state.period];
  const change = (field) =>
    isComparable(health)
      ? changeWords(...finishedSums(metrics, field), before)
      : sinceWords(metrics);
  const series = metrics.time_series.slice(0, -1); // the last bucket has only begun: no drop
  const rates = series.map(({ messages, violations }) =>
    messages > 0 ? (1000 * violations) / messages : 0,
  );
  const { bot_response: bot = NONE, moderator_response: moderators = NONE } = metrics;
  return [
    figure(
      'Messages',
      count(metrics.messages_processed),
      change('messages'),
      series.map(({ messages }) => messages),
    ),
    figure(
      'Violations',
      count(metrics.violations_total),
      change('violations'),
      series.map(({ violations }) => violations),
    ),
    figure(
      'Violations per 1,000 messages',
      health ? decimal(health.violation_rate) : '\u00a0',
      'Up to 5 cost no points',
      rates,
    ),
    figure(
      'Median response of the bot',
      bot.count > 0 ? duration(bot.p50_ms) : '–',
      html`${bot.count > 0 ? spread(bot) : 'No violation to respond to'}
        ${moderators.count > 0 ? html`<br>Moderators: median ${duration(moderators.p50_ms)}, ${spread(moderators)}` : ''}`,
    ),
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
