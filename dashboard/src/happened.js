// Toasts, and the list of what happened while the page was open (the last 50, read or not).
import { html, nothing } from 'lit-html';
import { repeat } from 'lit-html/directives/repeat.js';
import { icons } from './icons.js';
import { agoTime } from './parts.js';
import { changed, state } from './state.js';
import { plural } from './words.js';

const KEPT = 50;
const SHOWN_MS = 5000;
const AT_ONCE = 3;

const notices = [];
const toasts = [];
let made = 0;

/** Something happened: remember it, and with `toast` also say it. */
export function note({ words, kind, tone, href, toast = false }) {
  const notice = { id: (made += 1), words, kind, tone, href, atMs: Date.now(), read: false };
  notices.unshift(notice);
  notices.length = Math.min(KEPT, notices.length);
  if (toast) say({ words, tone, href, notice });
  changed();
}

/** Say something for `shownMs`; `action` is `{word, run()}`. Answers a function that takes it back. */
export function say({ words, tone = 'accent', href = null, action = null, shownMs = SHOWN_MS, notice = null }) {
  const toast = { id: (made += 1), words, tone, href, action, shownMs, notice };
  // A raid must not bury the page: the oldest that asks for nothing makes place.
  const spare = toasts.findIndex((each) => !each.action);
  if (toasts.length >= AT_ONCE && spare >= 0) withdraw(toasts[spare]);
  toasts.push(toast);
  start(toast);
  changed();
  return () => withdraw(toast);
}

function start(toast) {
  toast.timer = setTimeout(() => withdraw(toast), toast.shownMs);
}

function withdraw(toast) {
  clearTimeout(toast.timer);
  const at = toasts.indexOf(toast);
  if (at >= 0) toasts.splice(at, 1);
  changed();
}

export const unread = () => notices.filter(({ read }) => !read).length;

/** The corner where toasts appear. Pointing at one, or focusing it, keeps it. */
export function toastCorner() {
  return html`<div class="toasts" role="status" aria-live="polite">
    ${repeat(toasts, ({ id }) => id, (toast) => html`<div class="toast tone-${toast.tone}"
      @pointerenter=${() => clearTimeout(toast.timer)} @pointerleave=${() => start(toast)}
      @focusin=${() => clearTimeout(toast.timer)} @focusout=${() => start(toast)}>
      <span class="dot" aria-hidden="true"></span>
      ${toast.href ? html`<a class="toast-words" href=${toast.href} @click=${() => follow(toast)}>${toast.words}</a>` : html`<p class="toast-words">${toast.words}</p>`}
      ${toast.action ? html`<button type="button" class="button" @click=${() => act(toast)}>${toast.action.word}</button>` : nothing}
      <button type="button" class="icon-button" aria-label="Dismiss" @click=${() => withdraw(toast)}>${icons.close}</button>
    </div>`)}
  </div>`;
}

function follow(toast) {
  if (toast.notice) toast.notice.read = true;
  withdraw(toast);
}

function act(toast) {
  withdraw(toast);
  toast.action.run();
}

/** The way to the list, with the number of unread entries. */
export function bell() {
  const count = unread();
  return html`<a class="icon-button bell" href="#happened" aria-haspopup="dialog" aria-label=${count > 0 ? `What happened: ${plural(count, 'unread entry', 'unread entries')}` : 'What happened'}>
    ${icons.bell}${count > 0 ? html`<span class="badge" aria-hidden="true">${count > 9 ? '9+' : count}</span>` : nothing}</a>`;
}

export function happenedSheet() {
  if (notices.length === 0) {
    return html`<p class="empty">Nothing since this page was opened. Violations, changes of rules and settings, and what
      others do appear here as they happen${state.live === 'on' ? '' : ', once the live connection is there'}.</p>`;
  }
  return html`<p class="sheet-tools"><button type="button" class="button" @click=${readAll}>Mark all as read</button></p>
    <ol class="notices">${repeat(notices, ({ id }) => id, (notice) => html`<li class=${notice.read ? '' : 'unread'}>
      <a href=${notice.href} @click=${() => (notice.read = true)}>
        <span class="dot tone-${notice.tone}" aria-hidden="true"></span>
        <span><span class="small muted">${notice.kind}${notice.read ? '' : ', unread'}</span><br>${notice.words}</span>
        <span class="small muted">${agoTime(new Date(notice.atMs).toISOString(), state.nowMs)}</span>
      </a></li>`)}</ol>`;
}

function readAll() {
  for (const notice of notices) notice.read = true;
  changed();
}
