// What is changed of a server's preferences, and how it is saved; a mute begins at once and can be undone.
import { ApiError, explainChange } from '../data/api.js';
import { byServer } from '../data/clock.js';
import { refresh } from '../data/sources.js';
import { store } from '../data/sources-later.js';
import { changed, seat } from '../data/state.js';
import { say } from '../ui/toasts.js';
import { snoozeEnd } from './alert-words.js';

export const form = { seat: null, edits: {}, busy: false, error: null };

/** What was typed belongs to one person and one server. */
export function beginForm() {
  if (form.seat !== seat()) Object.assign(form, { seat: seat(), edits: {}, error: null });
}

export const now = (saved, name) => (name in form.edits ? form.edits[name] : saved[name]);
export const isDirty = () => Object.keys(form.edits).length > 0;

export function edit(name, value) {
  form.edits[name] = value;
  changed();
}

export function discard() {
  Object.assign(form, { edits: {}, error: null });
  changed();
}

export async function save(event) {
  event.preventDefault();
  if (form.busy || !isDirty()) return;
  const sender = form.seat;
  if (await put({ ...form.edits })) {
    if (sender === seat()) form.edits = {};
    say({ words: 'What is told was saved.', tone: 'good' });
    changed();
  }
}

/** Send fields; true when they were taken. */
async function put(body) {
  Object.assign(form, { busy: true, error: null });
  changed();
  try {
    await store('preferences', 'notification-preferences', { body });
    refresh('preferences', 'explain');
    return true;
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    form.error = explainChange(error);
    return false;
  } finally {
    form.busy = false;
    changed();
  }
}

export async function muteFor(minutes, words) {
  if (form.busy || !(await put({ muted_until: snoozeEnd(minutes, byServer()) }))) return;
  say({
    words: `Muted for ${words}.`,
    tone: 'good',
    shownMs: 10_000,
    action: { word: 'Undo', run: unmute },
  });
}

export async function unmute() {
  if (await put({ muted_until: null })) say({ words: 'Not muted any more.', tone: 'good' });
}
