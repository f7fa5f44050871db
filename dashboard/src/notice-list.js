// The notification centre: the bell, the list that lies over the page, and the same list as a panel.
import { html, nothing } from 'lit-html';
import { repeat } from 'lit-html/directives/repeat.js';
import { icons } from './icons.js';
import { notices, readAll, setRead, unread } from './notices.js';
import { panel } from './panel.js';
import { agoTime, choice } from './parts.js';
import { source } from './sources.js';
import { changed, state } from './state.js';
import { plural } from './words.js';

let onlyUnread = false;

/** The way to the list, with the number of unread entries. */
export function bell() {
  const count = unread();
  return html`<a class="icon-button bell" href="#happened" aria-haspopup="dialog" aria-label=${count > 0 ? `What happened: ${plural(count, 'unread entry', 'unread entries')}` : 'What happened'}>
    ${icons.bell}${count > 0 ? html`<span class="badge" aria-hidden="true">${count > 9 ? '9+' : count}</span>` : nothing}</a>`;
}

export function happenedSheet() {
  const all = notices();
  return all.length > 0 ? [html`<p class="sheet-tools">${markAll()}</p>`, list(all)] : nothingYet();
}

export function noticesPanel() {
  return panel({
    name: 'notices',
    title: 'Notifications',
    width: 'wide-7',
    size: 'rows',
    note: unread() > 0 ? `${unread()} unread` : '',
    tools: notices().length > 0 ? tools() : nothing,
    source: source('notifications'),
    body: () => {
      const shown = notices().filter(({ read }) => !onlyUnread || !read);
      if (shown.length > 0) return html`<div class="scroll notices-high" tabindex="0" role="region" aria-label="Notifications">${list(shown)}</div>`;
      return onlyUnread && notices().length > 0 ? html`<p class="empty">Everything is read.</p>` : nothingYet();
    },
  });
}

function tools() {
  const choose = (value) => {
    onlyUnread = value;
    changed();
  };
  return html`<div class="panel-tools">
    ${choice({ label: 'Which notifications', options: [[false, 'All'], [true, 'Unread']], chosen: onlyUnread, choose })}
    ${markAll()}</div>`;
}

const markAll = () => html`<button type="button" class="button" aria-disabled=${unread() === 0} @click=${readAll}>Mark all as read</button>`;

const nothingYet = () => html`<p class="empty">Nothing has happened here while you were looking. Violations, changes of rules
  and settings, and what others do are listed as they happen${state.live === 'on' ? '' : ', once the live connection is there'}.</p>`;

function list(all) {
  return html`<ol class="notices">${repeat(all, ({ id }) => id, entry)}</ol>`;
}

function entry(notice) {
  const action = notice.read ? 'Mark as unread' : 'Mark as read';
  return html`<li class=${notice.read ? '' : 'unread'}>
    <a href=${notice.href} @click=${() => setRead(notice, true)}>
      <span class="dot tone-${notice.tone}" aria-hidden="true"></span>
      <span class="notice-words"><span class="small muted">${notice.kind}${notice.read ? '' : html`<span class="hidden">, unread</span>`}</span><br>${notice.words}</span>
      <span class="small muted">${agoTime(notice.at, state.nowMs)}</span>
    </a>
    <button type="button" class="icon-button read-mark" aria-label="${action}: ${notice.words.slice(0, 60)}" title=${action} @click=${() => setRead(notice, !notice.read)}></button>
  </li>`;
}
