// What was read from the API, by path, and when to read it again.
import { ApiError, isFinal, send } from './api.js';

export const REFRESH_MS = 30_000;
const FIRST_RETRY_MS = 5_000;
const LONGEST_RETRY_MS = 300_000;
const SOON_MS = 1000;

const reads = new Map();
let timer = 0;
let settings = {
  wanted: () => [],
  changed: () => {},
  signedOut: () => {},
  intervalMs: () => REFRESH_MS,
  isOurs: () => false, // what nobody opened
};

/** Say which paths are wanted now, and which functions to call after changes; begins reading. */
export function startReading(given) {
  settings = { ...settings, ...given };
  readDue();
}

/** The read of one path: `{path, data, error, checkedAtMs, ...}`; data stays while an error is shown. */
export function read(path) {
  if (!reads.has(path)) {
    reads.set(path, {
      path,
      data: null,
      etag: null,
      error: null,
      busy: false,
      failures: 0,
      dueAtMs: 0,
      againMs: null,
      checkedAtMs: null,
    });
  }
  return reads.get(path);
}

/** Ask for these before it is known who reads: the answers are there when they are. */
export function readAhead(paths) {
  for (const item of paths.map(read)) if (!item.busy) load(item);
}

/** Keep an answer that was got elsewhere, so that it is not read again at once. */
export function keep(path, data) {
  const nowMs = Date.now();
  Object.assign(read(path), { data, checkedAtMs: nowMs, dueAtMs: nowMs + settings.intervalMs() });
}

/** Forget everything, for example at log-out: the next reader may be another person. */
export function forgetReads() {
  reads.clear();
}

/** Milliseconds until a failed read is tried again: 5 s doubling to 5 min, jittered, never before Retry-After. */
export function retryDelayMs(failures, retryAfterSeconds, random = Math.random()) {
  const doubled = Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** (failures - 1));
  return Math.max(retryAfterSeconds * 1000, doubled * (0.75 + random / 2));
}

/** Try a failed read again, or renew one, at once. */
export function retry(path) {
  const item = read(path);
  item.dueAtMs = 0;
  askAgain(item, 0);
  readDue();
}

/** An answer that is on its way may have been made before what happened just now: it is asked for once more. */
function askAgain(item, apartMs) {
  if (item.busy) item.againMs = Math.min(item.againMs ?? apartMs, apartMs);
}

/** Something changed on the server: read what is wanted again soon, but each path at most every `apartMs`. */
export function hasten(apartMs) {
  for (const item of settings.wanted().map(read)) {
    if (!item.error) item.dueAtMs = Math.min(item.dueAtMs, (item.checkedAtMs ?? 0) + apartMs);
    askAgain(item, apartMs);
  }
  readDue();
}

/** Put what was heard live into what was read: `change(data)` answers the new data. */
export function patch(path, change) {
  const item = reads.get(path);
  if (item?.data) item.data = change(item.data);
}

/** What is known of this path came live: an answer asked for before may lack it, so ask again soon. */
export function hastenOne(path) {
  const item = reads.get(path);
  if (!item) return;
  item.dueAtMs = Math.min(item.dueAtMs, Date.now() + SOON_MS);
  askAgain(item, SOON_MS);
}

/** Read everything wanted that is due, then sleep until the next is. Called again whenever wants change. */
export function readDue() {
  clearTimeout(timer);
  if (document.hidden) return;
  const wanted = settings
    .wanted()
    .map(read)
    .filter((item) => !item.busy);
  // A second's grace lets reads that fall due together go together.
  const horizonMs = Date.now() + 1000;
  for (const item of wanted.filter(({ dueAtMs }) => dueAtMs <= horizonMs)) load(item);
  const dueAtMs = Math.min(...wanted.filter((item) => !item.busy).map((item) => item.dueAtMs));
  if (Number.isFinite(dueAtMs)) timer = setTimeout(readDue, Math.max(0, dueAtMs - Date.now()));
}

async function load(item) {
  item.busy = true;
  try {
    // For the access log: whether somebody opened this, or the page reads it by itself.
    const byItself = item.checkedAtMs !== null || settings.isOurs(item.path);
    const headers = byItself ? { 'Modwatch-Renewal': '1' } : {};
    take(item, await send(item.path, { etag: item.etag, headers }));
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    note(item, error);
  } finally {
    item.busy = false;
  }
  if (!item.error && item.againMs !== null) item.dueAtMs = Date.now() + item.againMs;
  item.againMs = null;
  // A read that was forgotten meanwhile was of a reader who has left.
  if (reads.get(item.path) !== item) return;
  if (item.error?.status === 401) settings.signedOut();
  else settings.changed();
  readDue();
}

function take(item, answer) {
  if (answer.status !== 304) Object.assign(item, { data: answer.data, etag: answer.etag });
  const nowMs = Date.now();
  Object.assign(item, {
    error: null,
    failures: 0,
    checkedAtMs: nowMs,
    dueAtMs: nowMs + settings.intervalMs(),
  });
}

function note(item, error) {
  item.failures += 1;
  item.error = error;
  item.dueAtMs = isFinal(error)
    ? Infinity
    : Date.now() + retryDelayMs(item.failures, error.retryAfterSeconds);
}

/** Try again at once what failed and may pass now. */
export function wake() {
  if (document.hidden) return clearTimeout(timer);
  for (const item of reads.values()) if (item.error && !isFinal(item.error)) item.dueAtMs = 0;
  readDue();
}

document.addEventListener('visibilitychange', wake);
window.addEventListener('online', wake);
