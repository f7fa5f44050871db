// What happened in the server shown: what this page heard live, kept as long as its tab, and the notifications
// that Modwatch keeps for each person. Together the last 50, each read or unread.
import { ApiError, explainChange, send } from './api.js';
import { hastenOne, patch } from './reads.js';
import { path, refresh, source, under } from './sources.js';
import { changed, state } from './state.js';
import { keepForTab, keptForTab } from './storage.js';
import { say } from './toasts.js';

export const KEPT = 50;
const STORE = 'heard';
const SAVED_AFTER_MS = 500;
const KINDS = {
  health_score_drop: 'Health', mass_violations: 'Raid', bot_offline: 'Bot offline', rate_limit_approaching: 'Rate limit',
  new_violation: 'Violation', config_update: 'Change', export_ready: 'Export', report_failed: 'Report',
};
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

/** Only addresses of our own pages: the words of a notification may have come from anywhere. */
const own = (link) => (/^(#|\/(?!\/))/.test(link ?? '') ? link : '#overview');

/** A notification as the API gives it, as a notice. */
function ofApi({ id, event_type: type, title, message, priority, link, read, created_at: at }) {
  return { id, kept: true, kind: KINDS[type] ?? 'Notification', words: message ? `${title}: ${message}` : title, tone: TONES[priority] ?? 'low', href: own(link), at, read };
}

/** Newest first. */
export function notices() {
  const kept = (source('notifications').data?.notifications ?? []).map(ofApi);
  const here = heard.filter(({ guildId }) => guildId === state.guildId);
  return [...kept, ...here].sort((a, b) => b.at.localeCompare(a.at)).slice(0, KEPT);
}

export const unread = () => notices().filter(({ read }) => !read).length;

/** Something was heard live: remember it, and with `toast` also say it. */
export function note({ toast = false, ...told }) {
  const notice = { ...told, id: crypto.getRandomValues(new Uint32Array(2)).join('-'), guildId: state.guildId, at: new Date().toISOString(), read: false };
  heard = [notice, ...heard].slice(0, KEPT);
  remember();
  if (toast) tell(notice);
  changed();
}

/** A notification came live: it belongs to those that are kept. */
export function notified({ timestamp, data }) {
  const added = { ...data, read: false, created_at: data.created_at ?? timestamp };
  patch(path('notifications'), (answer) => ({ ...answer, notifications: [added, ...answer.notifications.filter(({ id }) => id !== added.id)] }));
  hastenOne(path('notifications'));
  tell(ofApi(added));
  changed();
}

function tell(notice) {
  say({ words: notice.words, tone: notice.tone, href: notice.href, followed: () => setRead(notice, true) });
}

export function setRead(notice, read) {
  if (notice.kept) return change(({ id }) => id === notice.id, read, `notifications/${notice.id}/${read ? 'read' : 'unread'}`);
  heard = heard.map((each) => (each.id === notice.id ? { ...each, read } : each));
  remember();
  return changed();
}

export function readAll() {
  heard = heard.map((each) => (each.guildId === state.guildId ? { ...each, read: true } : each));
  remember();
  if (notices().some(({ kept, read }) => kept && !read)) change(() => true, true, 'notifications/read-all');
  changed();
}

/** At once on the screen, then on the server; a refusal is told and what is true read again. */
async function change(which, read, address) {
  patch(path('notifications'), (answer) => ({ ...answer, notifications: answer.notifications.map((each) => (which(each) ? { ...each, read } : each)) }));
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
