// Small pieces that several panels use.
import { html, nothing, svg } from 'lit-html';
import { ago, exactTime, shortTime } from './time.js';
import { capital, memberName } from './words.js';
import { vars } from './vars.js';

const SHAPES = {
  high: svg`<path d="M8 1.5 14.5 8 8 14.5 1.5 8Z"/>`,
  medium: svg`<path d="M8 2 14.5 13.5h-13Z"/>`,
  low: svg`<circle cx="8" cy="8" r="5"/>`,
};

/** A severity by colour, shape and word; with `quiet` the word is for screen readers only. */
export function severity(level, quiet = false) {
  return html`<span class="severity severity-${level}">
    <svg class="shape" viewBox="0 0 16 16" aria-hidden="true">${SHAPES[level] ?? nothing}</svg>
    <span class=${quiet ? 'hidden' : ''}>${capital(level)}</span>
  </span>`;
}

const stamp = (time, text) => html`<time datetime=${time} title=${exactTime(time)}>${text}</time>`;

export const agoTime = (time, nowMs) => stamp(time, ago(time, nowMs));
export const momentTime = (time) => stamp(time, shortTime(time));

/** A member's name with the first letter as a picture: nothing is fetched from elsewhere. */
export function member(user) {
  const name = memberName(user);
  return html`<span class="member" title="User ${user.user_id}">
    <span class="initial" aria-hidden="true">${[...name][0]?.toUpperCase()}</span>
    <span class="cut">${name}</span>
  </span>`;
}

/** A bar filled to `share` (0..1) in the colour of `tone`. Decoration: the number stands beside it. */
export function bar(share, tone = 'none') {
  return html`<span class="bar tone-${tone}" aria-hidden="true"><span ${vars({ '--share': share })}></span></span>`;
}

/** A figure's recent course. `values` may be empty or all zero: then it is a flat line. */
export function sparkline(values) {
  const width = 120;
  const height = 32;
  const top = Math.max(1, ...values);
  const step = width / Math.max(1, values.length - 1);
  const points = values.map((value, at) => `${(at * step).toFixed(1)},${(height - 2 - (value / top) * (height - 4)).toFixed(1)}`);
  return html`<svg class="sparkline" viewBox="0 0 ${width} ${height}" preserveAspectRatio="none" aria-hidden="true">
    <polyline points=${points.join(' ')} /></svg>`;
}

/** A group of choices of which one holds; `choose(value)` is called with the new one. */
export function choice({ label, options, chosen, choose }) {
  return html`<div class="choice" role="group" aria-label=${label}>
    ${options.map(
      ([value, word]) => html`<button type="button" aria-pressed=${value === chosen} @click=${() => choose(value)}>${word}</button>`,
    )}
  </div>`;
}
