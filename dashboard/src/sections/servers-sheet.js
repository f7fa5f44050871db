// All servers of the reader, each in one line, that which needs somebody first.
import { html, nothing } from 'lit-html';
import { repeat } from 'lit-html/directives/repeat.js';
import { hastenOne, readDue } from '../data/reads.js';
import { path, source } from '../data/sources.js';
import { state } from '../data/state.js';
import { goTo } from '../ui/navigation.js';
import { failed } from '../ui/panel.js';
import { foreign } from '../ui/widgets.js';
import { count, plural } from '../ui/words.js';
import { needing, scoreTone, untold, waitingWords } from './servers-words.js';

const LOOK_AGAIN_MS = 10_000; // nothing tells live of the servers that are not shown
let timer = 0;

/** Read again soon, as long as this is drawn. */
function servers() {
  if (!path('serversAtOnce')) return [];
  timer ||= setTimeout(() => {
    timer = 0;
    if (!path('serversAtOnce')) return;
    if (!source('serversAtOnce').error) hastenOne(path('serversAtOnce')); // what failed has a time of its own
    readDue();
  }, LOOK_AGAIN_MS);
  return source('serversAtOnce').data?.servers ?? [];
}

/** How many servers beside the one shown need somebody now. */
export const needElsewhere = () => needing(servers(), state.guildId).length;

/** How many notifications of other servers wait to be read. */
export const unreadElsewhere = () =>
  untold(servers(), state.guildId).reduce((sum, { unread_count: unread }) => sum + unread, 0);

/** The way from what happened here to what happened in the other servers. */
export function elsewhere() {
  const others = untold(servers(), state.guildId);
  if (others.length === 0) return nothing;
  return html`<h3>In your other servers</h3>
    <ul class="servers">${others.map(
      (one) => html`<li><a href="?guild=${one.id}#happened" @click=${(event) => choose(event, one)}>
      <span class="cut">${foreign(one.name)}</span><span class="small muted">${one.unread_count} unread</span></a></li>`,
    )}</ul>
    <h3>Here</h3>`;
}

export function serversSheet() {
  if (state.servers.length === 0)
    return html`<p class="empty">Your account has no role in a server that Modwatch knows.</p>`;
  const read = source('serversAtOnce');
  const all = servers();
  if (!read.data)
    return read.error
      ? failed(read, 'all servers')
      : html`<div class="waiting waiting-tall" aria-hidden="true"></div>`;
  const left = read.data.total - all.length;
  return html`${read.error ? failed(read, 'all servers') : nothing}
    <p class="muted">${sumWords(all)}</p>
    <ul class="servers">${repeat(all, ({ id }) => id, line)}</ul>
    ${left > 0 ? html`<p class="small muted">${plural(left, 'more server')} in the list of servers.</p>` : nothing}`;
}

function sumWords(all) {
  const waiting = all.filter((one) => waitingWords(one).length > 0).length;
  if (all.length === 1) return 'The one server that you look after.';
  return waiting === 0
    ? `Nothing waits in your ${count(all.length)} servers.`
    : `Something waits in ${waiting} of ${count(all.length)} servers.`;
}

function line(one) {
  const words = waitingWords(one);
  const tone = one.incidents_going_on > 0 ? 'high' : words.length > 0 ? 'medium' : 'none';
  return html`<li aria-current=${one.id === state.guildId ? 'true' : nothing}>
    <a href="?guild=${one.id}" @click=${(event) => choose(event, one, 'overview')}>
      <span class="server-score tone-${scoreTone(one.health_score)}" title="Health, last 24 hours"><span class="hidden">Health </span>${one.health_score === null ? html`<span aria-hidden="true">–</span><span class="hidden">not enough yet</span>` : count(one.health_score)}</span>
      <span class="server-what"><span class="cut">${foreign(one.name)}</span>
        <span class="small ${words.length > 0 ? '' : 'muted'}"><span class="server-waits tone-${tone}">${words.join(' · ') || (one.bot_present ? 'Nothing waits' : 'No bot yet')}</span></span></span>
      ${one.unread_count > 0 ? html`<span class="small muted nowrap">${count(one.unread_count)} unread</span>` : nothing}
    </a></li>`;
}

/** Show that server, in this page; a click that wants another tab gets one. */
function choose(event, { id }, section = null) {
  if (event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  dispatchEvent(new CustomEvent('modwatch:server', { detail: id }));
  if (section) goTo(section);
}
