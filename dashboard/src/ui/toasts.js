// Toasts: short words in a corner that go by themselves after 5 s.
import { html, nothing } from 'lit-html';
import { repeat } from 'lit-html/directives/repeat.js';
import { icons } from './icons.js';
import { changed } from '../data/state.js';

const SHOWN_MS = 5000;
const AT_ONCE = 3;
const KEYS_KEPT = 100;

const toasts = [];
const said = new Set(); // keys: what was once taken away does not come back as it grows
let made = 0;

/** What is said now, the oldest first. */
export const shownToasts = () => [...toasts];

/**
 * Say something for `shownMs`; `action` is `{word, run()}`, `followed()` is called when the reader goes to `href`.
 * `over()` when its time is over, or it is dismissed. With a `key` it stands in place of what was said under it.
 * Answers a function that takes it back.
 */
export function say({
  words,
  tone = 'accent',
  href = null,
  action = null,
  shownMs = SHOWN_MS,
  followed = null,
  over = null,
  key = null,
}) {
  const same = key && toasts.find((each) => each.key === key);
  if (same) {
    Object.assign(same, { words, tone, href });
    start(same);
    return changed();
  }
  if (said.has(key)) return;
  if (key) said.add(key);
  if (said.size > KEYS_KEPT) said.delete(said.values().next().value);
  const toast = { id: (made += 1), words, tone, href, action, shownMs, followed, over, key };
  // A raid must not bury the page: the oldest that asks for nothing makes place.
  const spare = toasts.findIndex((each) => !each.action);
  if (toasts.length >= AT_ONCE && spare >= 0) withdraw(toasts[spare]);
  toasts.push(toast);
  start(toast);
  changed();
  return () => withdraw(toast);
}

/** Take back what was said under these keys. */
export const unsay = (keys) =>
  shownToasts()
    .filter(({ key }) => keys.includes(key))
    .forEach(withdraw);

function start(toast) {
  clearTimeout(toast.timer);
  toast.timer = setTimeout(() => (isHeld(toast) ? start(toast) : end(toast)), toast.shownMs);
}

/**
 * Pointed at, or with the focus. Looked at anew each time: of one that is drawn elsewhere no event tells that it was left.
 * A finger points at nothing: what it touched would count as pointed at until it touches something else.
 */
function isHeld({ id }) {
  const held = matchMedia('(hover: hover)').matches ? ':hover, :focus-within' : ':focus-within';
  return Boolean(document.getElementById(`toast-${id}`)?.matches(held));
}

function end(toast) {
  withdraw(toast);
  toast.over?.();
}

function withdraw(toast) {
  clearTimeout(toast.timer);
  const at = toasts.indexOf(toast);
  if (at >= 0) toasts.splice(at, 1);
  changed();
}

// What was said to one reader is not for the next.
addEventListener('modwatch:left', () => shownToasts().forEach(withdraw));

/** The corner where toasts appear. Pointing at one, or focusing it, keeps it. */
export function toastCorner() {
  return html`<div class="toasts" role="status" aria-live="polite">
    ${repeat(
      toasts,
      ({ id }) => id,
      (toast) => html`<div class="toast tone-${toast.tone}" id="toast-${toast.id}"
      @pointerleave=${() => start(toast)} @focusout=${() => start(toast)}>
      <span class="dot" aria-hidden="true"></span>
      ${toast.href ? html`<a class="toast-words" href=${toast.href} @click=${() => follow(toast)}>${toast.words}</a>` : html`<p class="toast-words">${toast.words}</p>`}
      ${toast.action ? html`<button type="button" class="button" title="Ctrl+Z" aria-keyshortcuts="Control+Z" @click=${() => act(toast)}>${toast.action.word}</button>` : nothing}
      <button type="button" class="icon-button" aria-label="Dismiss" @click=${() => end(toast)}>${icons.close}</button>
    </div>`,
    )}
  </div>`;
}

function follow(toast) {
  toast.followed?.();
  withdraw(toast);
}

function act(toast) {
  withdraw(toast);
  toast.action.run();
}

/** Do what the newest one offers, by a key: the way there by Tab is longer than it is shown. False where none does. */
export function actOnNewest() {
  const toast = toasts.findLast(({ action }) => action);
  if (toast) act(toast);
  return Boolean(toast);
}
