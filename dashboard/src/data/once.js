// Changes that must not happen twice: pressed twice, or pressed again after an answer that was lost, they
// carry the same `Idempotency-Key`, under which the server does them once.
import { send } from './api.js';

const KEPT_MS = 60_000; // for who presses again; later it is meant anew
const begun = new Map(); // path and body -> {key, answer: a promise}

/** As `send`, for a POST. What is under way already is not sent a second time: both get its answer. */
export function sendOnce(path, options = {}) {
  const what = `${path} ${JSON.stringify(options.body)}`;
  const one = begun.get(what) ?? { key: newKey(), answer: null };
  begun.set(what, one);
  one.answer ??= answered(what, one, path, options);
  return one.answer;
}

async function answered(what, one, path, options) {
  try {
    const headers = { 'Idempotency-Key': one.key };
    const answer = await send(path, { ...options, method: 'POST', headers });
    begun.delete(what);
    return answer;
  } catch (error) {
    one.answer = null;
    if (mayBeDone(error)) setTimeout(() => forget(what, one), KEPT_MS);
    else begun.delete(what);
    throw error;
  }
}

/** But not what was begun anew meanwhile. */
function forget(what, one) {
  if (begun.get(what) === one) begun.delete(what);
}

/** No answer, or none that says: it may have been done all the same, or be under way. */
const mayBeDone = ({ status }) => status === 0 || status === 409 || status >= 500;

// Not randomUUID: over plain http a browser has none.
const newKey = () => crypto.getRandomValues(new Uint32Array(4)).join('-');
