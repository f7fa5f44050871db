// Changes that can be taken back for 10 s: they are only sent when that time is over, or the page is left.
import { ApiError, explainChange, send } from './api.js';
import { say } from './toasts.js';
import { changed } from './state.js';

const UNDO_MS = 10_000;
const waiting = new Map(); // key -> {change, timer}

/** True while the change with this key waits to be sent. */
export const isWaiting = (key) => waiting.has(key);

/**
 * Make a change in 10 s unless the reader takes it back. `key` names what it is about, `words` what was
 * done, `path` and `options` are the request, `done(data)` follows it.
 */
export function undoable({ key, words, path, options, done }) {
  const change = { path, options, done };
  const withdraw = say({ words, shownMs: UNDO_MS, action: { word: 'Undo', run: () => forget(key) } });
  const timer = setTimeout(() => commit(key), UNDO_MS);
  waiting.set(key, { change, timer, withdraw });
  changed();
}

function forget(key) {
  clearTimeout(waiting.get(key)?.timer);
  waiting.delete(key);
  changed();
}

async function commit(key) {
  const { change, withdraw } = waiting.get(key);
  withdraw();
  try {
    const { data } = await send(change.path, change.options);
    change.done(data);
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    say({ words: explainChange(error), tone: 'high', shownMs: UNDO_MS });
  } finally {
    forget(key);
  }
}

// Leaving the page is not taking it back: what waits is sent on the way out.
addEventListener('pagehide', () => {
  for (const { change, timer } of waiting.values()) {
    clearTimeout(timer);
    send(change.path, { ...change.options, keepalive: true }).catch(() => {}); // nobody is left to tell
  }
  waiting.clear();
});
