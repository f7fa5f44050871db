// Changes that can be taken back for 10 s: they are only sent when the toast that offers it goes, or the page is left.
import { ApiError, explainChange, send } from '../data/api.js';
import { say } from './toasts.js';
import { changed, state } from '../data/state.js';

const UNDO_MS = 10_000;
const waiting = new Map(); // key -> {key, path, options, done, withdraw}

// A member, a role and the rules are in each server: what waits in one says nothing of another.
const ofServer = (key) => `${state.guildId} ${key}`;

/** True while the change with this key, in the server shown, waits to be sent. */
export const isWaiting = (key) => waiting.has(ofServer(key));

/**
 * Make a change in 10 s unless the reader takes it back. `key` names what it is about, `words` what was
 * done, `path` and `options` are the request, `done(data)` follows it.
 */
export function undoable({ key: name, words, path, options, done }) {
  const key = ofServer(name);
  // Done again meanwhile, perhaps with another date: both were wanted.
  if (waiting.has(key)) commit(waiting.get(key));
  const change = { key, path, options, done };
  change.withdraw = say({
    words,
    shownMs: UNDO_MS,
    action: { word: 'Undo', run: () => forget(change) },
    over: () => commit(change),
  });
  waiting.set(key, change);
  changed();
}

function forget(change) {
  if (waiting.get(change.key) === change) waiting.delete(change.key);
  change.withdraw();
}

async function commit(change) {
  change.withdraw();
  try {
    const { data } = await send(change.path, change.options);
    change.done(data);
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    say({ words: explainChange(error), tone: 'high', shownMs: UNDO_MS });
  } finally {
    forget(change);
  }
}

/** Sends all that waits: a log-out takes no change back. Resolves once every change was answered. */
export const sendWaiting = () => Promise.all([...waiting.values()].map(commit));

// Leaving the page is not taking it back: what waits is sent on the way out.
addEventListener('pagehide', () => {
  for (const { path, options, withdraw } of waiting.values()) {
    withdraw(); // nothing is left to undo, where Back brings this very page too
    send(path, { ...options, keepalive: true }).catch(() => {}); // no reader is left to tell
  }
  waiting.clear();
});

// The session ended elsewhere: a waiting change would be refused, or be made in the name of the next reader.
addEventListener('modwatch:left', () => {
  state.undone = waiting.size > 0;
  for (const change of waiting.values()) forget(change);
});
