// Small pieces that several panels use.
import { html, nothing, svg } from 'lit-html';
import { icons } from './icons.js';
import { changed } from '../data/state.js';
import { ago, exactTime, shortTime } from './time.js';
import { capital, memberName } from './words.js';
import { vars } from './vars.js';
import { isUnseen, shownText } from './foreign-text.js';

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

/** In a row that leads to a sheet, which says it exactly. */
export const agoTime = (time, nowMs) => stamp(time, ago(time, nowMs));

/** Where nothing else says it exactly: by focus and tap too, over its row (`.asked` in base.css). */
export const askedTime = (time, nowMs) =>
  html`<time class="asked" tabindex="0" datetime=${time} title=${exactTime(time)}>${ago(time, nowMs)}</time>`;
export const momentTime = (time, timeZone) => stamp(time, shortTime(time, timeZone));
export const fullTime = (time) => stamp(time, exactTime(time));

const AVATARS = 'https://cdn.discordapp.com/';
const DRAWN_PX = 64;
const broken = new Set(); // addresses that did not load: their members get the letter, without another try

/** The member's picture, or the first letter of the name. Discord's stock pictures say less than the letter. */
export function picture(user) {
  const address = user.avatar;
  const shown =
    address?.startsWith(AVATARS) && !address.includes('/embed/avatars/') && !broken.has(address);
  if (!shown)
    return html`<span class="initial" aria-hidden="true">${initial(memberName(user))}</span>`;
  const fail = () => {
    broken.add(address);
    changed();
  };
  return html`<img class="initial" src="${address.split('?')[0]}?size=${DRAWN_PX}" alt="" width="24" height="24" loading="lazy" decoding="async" referrerpolicy="no-referrer" @error=${fail}>`;
}

/** Text that a member, a bot or a person of the server wrote: it turns nothing around it and is never invisible. */
export const foreign = (text) => html`<bdi>${shownText(text)}</bdi>`;

const initial = (name) => [...name].find((each) => !isUnseen(each)).toUpperCase();

/** A member's picture and name; with `href` the name is a link that covers its whole row. */
export function member(user, href = null) {
  const name = foreign(memberName(user));
  return html`<span class="member" title="User ${user.user_id}">
    ${picture(user)}
    ${href ? html`<a class="cut row-link" href=${href}>${name}</a>` : html`<span class="cut">${name}</span>`}
  </span>`;
}

/** An id to read and to copy. */
export function copyable(text, label) {
  return html`<button type="button" class="copy" aria-label="Copy ${label} ${text}" @click=${(event) => copy(event.currentTarget, text)}><code>${text}</code>${icons.copy}</button>`;
}

export async function copy(button, text) {
  try {
    await navigator.clipboard.writeText(text);
    button.dataset.done = 'Copied';
  } catch {
    // No clipboard on plain http: select the text, so that one key press copies it.
    getSelection().selectAllChildren(button.querySelector('code') ?? button);
    button.dataset.done = 'Press Ctrl+C';
  }
  setTimeout(() => delete button.dataset.done, 2000);
}

/** A bar filled to `share` (0..1) in the colour of `tone`. Decoration: the number stands beside it. */
export function bar(share, tone = 'none') {
  return html`<span class="bar tone-${tone}" aria-hidden="true"><span ${vars({ '--share': share })}></span></span>`;
}

/** The warning level 0..5 as pips and as a number. */
export function level(value) {
  return html`<span class="pips">
    <span class="pip-row" aria-hidden="true">${[1, 2, 3, 4, 5].map((at) => html`<i class=${at <= value ? 'on' : ''}></i>`)}</span>
    <span class="small muted"><span class="narrow-only">Level </span>${value}<span class="hidden"> of 5</span></span>
  </span>`;
}

/** A figure's recent course; where there was nothing to measure (null), the line goes straight on. */
export function sparkline(values) {
  const width = 120;
  const height = 32;
  const top = Math.max(1, ...values);
  const step = width / Math.max(1, values.length - 1);
  const points = values.flatMap((value, at) =>
    value === null
      ? []
      : [`${(at * step).toFixed(1)},${(height - 2 - (value / top) * (height - 4)).toFixed(1)}`],
  );
  return html`<svg class="sparkline" viewBox="0 0 ${width} ${height}" preserveAspectRatio="none" aria-hidden="true">
    <polyline points=${points.join(' ')} /></svg>`;
}

/** A group of choices of which one holds; `choose(value)` is called with the new one. */
export function choice({ label, options, chosen, choose }) {
  return html`<div class="choice" role="group" aria-label=${label}>
    ${options.map(
      ([value, word]) =>
        html`<button type="button" aria-pressed=${value === chosen} @click=${() => choose(value)}>${word}</button>`,
    )}
  </div>`;
}
