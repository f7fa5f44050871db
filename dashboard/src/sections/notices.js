// What happened in the server shown: what this page heard live, kept as long as its tab, and the notifications
// that Modwatch keeps for each person. Together the last 50, each read or unread.
import { ApiError, explainChange, send } from '../data/api.js';
import { ownAddress } from '../data/base.js';
import { byServer } from '../data/clock.js';
import { goingOn } from '../data/incidents.js';
import { hastenOne, patch } from '../data/reads.js';
import { may } from '../data/roles.js';
import { path, refresh, source, under } from '../data/sources.js';
import { changed, state } from '../data/state.js';
import { keepForTab, keptForTab } from '../data/storage.js';
import { say, unsay } from '../ui/toasts.js';
import { isolated } from '../ui/foreign-text.js';

export const KEPT = 50;
const STORE = 'heard';
const SAVED_AFTER_MS = 500;
const KINDS = {
  health_score_drop: 'Health',
  mass_violations: 'Raid',
  bot_offline: 'Bot offline',
  rate_limit_approaching: 'Rate limit',
  new_violation: 'Violation',
  config_update: 'Change',
  export_ready: 'Export',
  report_failed: 'Report',
  channel_failed: 'Channel',
};
// Places that are not there for every role, and where the others are led instead.
const PLACES = [
  ['#export/', 'moderator', '#exports'],
  ['#audit', 'admin', '#settings'],
];
const TONES = { critical: 'high', high: 'high', medium: 'medium', low: 'low' };

let heard = keptForTab(STORE) ?? [];

let unsaved = 0;

/** Not at each of a thousand events, and on the way out for sure. */
function remember() {
  unsaved ||= setTimeout(save, SAVED_AFTER_MS);
}

function save() {
  clearTimeout(unsaved);
  unsaved = 0;
  keepForTab(STORE, heard);
}

addEventListener('pagehide', () => unsaved && save());

/** Where this reader is led instead of to `link`; undefined where their role may go there. */
const elsewhere = (link) =>
  PLACES.find(([place, role]) => link?.startsWith(place) && !may(role))?.[2];

/** A notification as the API gives it, as a notice. */
function ofApi({ id, event_type: type, title, message, priority, link, read, created_at: at }) {
  return {
    id,
    kept: true,
    kind: KINDS[type] ?? 'Notification',
    words: [title, message].filter(Boolean).map(isolated).join(': '),
    tone: TONES[priority] ?? 'low',
    href: elsewhere(link) ?? ownAddress(link),
    at,
    read,
  };
}

/** Newest first. */
export function notices() {
  const kept = (source('notifications').data?.notifications ?? []).map(ofApi);
  const here = heard.filter(({ guildId }) => guildId === state.guildId);
  return [...kept, ...here].sort((a, b) => b.at.localeCompare(a.at)).slice(0, KEPT);
}

export const unread = () => notices().filter(({ read }) => !read).length;

/** Something was heard live: remember it, in place of what has its `id`, and with `toast` also say it. */
export function note({ toast = false, ...told }) {
  const was = heard.find(({ id }) => id === told.id);
  const notice = {
    id: crypto.getRandomValues(new Uint32Array(2)).join('-'),
    ...told,
    guildId: state.guildId,
    at: new Date(byServer()).toISOString(),
    read: was?.read ?? false,
  };
  heard = [notice, ...heard.filter((each) => each !== was)].slice(0, KEPT);
  remember();
  if (toast) tell(notice);
  changed();
}

/** These are told of by another notice now. */
export function drop(ids) {
  heard = heard.filter(({ id }) => !ids.includes(id));
  unsay(ids);
  remember();
}

// What the page hears of by itself, and tells better: which violation it was, and of no change of the reader's own.
// Nor does a toast tell of what the reader has no place for: it is in the list, for who wants to know.
const TOLD_ALREADY = new Set(['new_violation', 'config_update']);

/** While a raid goes on the bar tells of it, wherever the reader is but in a sheet. */
const isInBar = ({ event_type: type }) =>
  type === 'mass_violations' && !state.sheet && goingOn() !== null;

/** The bar comes: what toasts said of the raid, it says from now on. */
export const leaveToBar = () =>
  unsay((source('notifications').data?.notifications ?? []).filter(isInBar).map(({ id }) => id));

/** A notification came live: it belongs to those that are kept. Of what the reader did, nobody has to tell them. */
export function notified({ timestamp, data }) {
  const isOwn = Boolean(data.by) && data.by === state.me?.id;
  const added = { ...data, read: isOwn, created_at: data.created_at ?? timestamp };
  patch(path('notifications'), (answer) => ({
    ...answer,
    notifications: [added, ...answer.notifications.filter(({ id }) => id !== added.id)],
  }));
  hastenOne(path('notifications'));
  const isSaid =
    !isOwn && !TOLD_ALREADY.has(added.event_type) && !isInBar(added) && !elsewhere(added.link);
  if (isSaid) tell(ofApi(added));
  changed();
}

function tell(notice) {
  say({
    key: notice.id,
    words: notice.words,
    tone: notice.tone,
    href: notice.href,
    followed: () => setRead(notice, true),
  });
}

export function setRead(notice, read) {
  if (notice.kept)
    return change(
      ({ id }) => id === notice.id,
      read,
      `notifications/${notice.id}/${read ? 'read' : 'unread'}`,
    );
  heard = heard.map((each) => (each.id === notice.id ? { ...each, read } : each));
  remember();
  return changed();
}

export function readAll() {
  heard = heard.map((each) => (each.guildId === state.guildId ? { ...each, read: true } : each));
  remember();
  if (notices().some(({ kept, read }) => kept && !read))
    change(() => true, true, 'notifications/read-all');
  changed();
}

/** At once on the screen, then on the server; a refusal is told and what is true read again. */
async function change(which, read, address) {
  patch(path('notifications'), (answer) => ({
    ...answer,
    notifications: answer.notifications.map((each) => (which(each) ? { ...each, read } : each)),
  }));
  changed();
  try {
    await send(under(address), { method: 'POST', quiet: true, keepalive: true });
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    say({ words: explainChange(error), tone: 'high' });
    refresh('notifications');
  }
}

/** The next reader may be another person. */
export function forgetHeard() {
  heard = [];
  save();
}
