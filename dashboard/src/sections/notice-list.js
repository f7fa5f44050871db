// The notification centre: the list that lies over the page, and the same list as a panel.
import { html, nothing } from 'lit-html';
import { repeat } from 'lit-html/directives/repeat.js';
import { notices, readAll, setRead, unread } from './notices.js';
import { failed, panel } from '../ui/panel.js';
import { elsewhere } from './servers-sheet.js';
import { agoTime, choice } from '../ui/widgets.js';
import { openSheet } from '../ui/navigation.js';
import { source } from '../data/sources.js';
import { changed, state } from '../data/state.js';
import { isolated } from '../ui/foreign-text.js';

let onlyUnread = false;

export function happenedSheet() {
  const all = notices();
  const here =
    all.length > 0 ? [html`<p class="sheet-tools">${markAll()}</p>`, list(all)] : noneOf();
  return [elsewhere(), here];
}

/** That nothing happened is only said once it is known. */
function noneOf() {
  const read = source('notifications');
  if (read.data) return nothingYet();
  return read.error
    ? failed(read, 'notifications')
    : html`<div class="waiting waiting-tall" aria-hidden="true"></div>`;
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
      if (shown.length > 0)
        return html`<div class="scroll notices-high" tabindex="0" role="region" aria-label="Notifications">${list(shown)}</div>`;
      return onlyUnread && notices().length > 0
        ? html`<p class="empty">Everything is read.</p>`
        : nothingYet();
    },
  });
}

function tools() {
  const choose = (value) => {
    onlyUnread = value;
    changed();
  };
  return html`<div class="panel-tools">
    ${choice({
      label: 'Which notifications',
      options: [
        [false, 'All'],
        [true, 'Unread'],
      ],
      chosen: onlyUnread,
      choose,
    })}
    ${markAll()}</div>`;
}

const markAll = () =>
  html`<button type="button" class="button" aria-disabled=${unread() === 0} @click=${readAll}>Mark all as read</button>`;

const nothingYet =
  () => html`<p class="empty">Nothing has happened here while you were looking. Violations, changes of rules
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
    ${notice.kept ? html`<button type="button" class="button quiet" aria-label="Why it was or was not sent: ${isolated(notice.words.slice(0, 60))}" @click=${() => openSheet(`why/${notice.id}`)}>Why</button>` : nothing}
    <button type="button" class="icon-button read-mark" aria-label="${action}: ${isolated(notice.words.slice(0, 60))}" title=${action} @click=${() => setRead(notice, !notice.read)}></button>
  </li>`;
}
