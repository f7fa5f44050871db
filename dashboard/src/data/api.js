// The one place that talks HTTP. Paths are relative to /api/v1 of this Modwatch.
import { here } from './base.js';
import { hearDate } from './clock.js';

const ROOT = 'api/v1';
const TIMEOUT_MS = 15_000;
// Answers by path that first.js asked for while this script was on the way: for the first start, and each once.
const early = globalThis.modwatchAsked ?? new Map();

/** A failed request. `status` is 0 when no answer came at all. */
export class ApiError extends Error {
  constructor(status, problem = {}, retryAfterSeconds = 0) {
    super(problem.detail || problem.title || `HTTP ${status}`);
    this.status = status;
    this.requestId = problem.request_id ?? null;
    this.fields = problem.errors ?? {}; // field -> messages, for 422
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

/**
 * Send one request. Answers `{status, data, etag}`; 304 has no data. `headers` are more of them; `keepalive`
 * lets the request outlive the page; `quiet` is for a change that no other answer depends on; `timeoutMs` is
 * how long an answer is waited for.
 * The ETag is handled here and not by the browser's cache, because "unchanged" is worth knowing.
 */
export async function send(
  path,
  {
    method = 'GET',
    body,
    etag,
    headers: more,
    keepalive = false,
    quiet = false,
    timeoutMs = TIMEOUT_MS,
  } = {},
) {
  const headers = { Accept: 'application/json', ...more };
  if (etag) headers['If-None-Match'] = etag;
  if (body !== undefined) headers['Content-Type'] = 'application/json';
  const answer = await reach(path, {
    method,
    headers,
    body: body === undefined ? undefined : JSON.stringify(body),
    cache: 'no-store',
    credentials: 'same-origin',
    keepalive,
    signal: AbortSignal.timeout(timeoutMs),
  });
  hearDate(answer.headers.get('Date'));
  if (answer.status === 304) return { status: 304 };
  if (!answer.ok) throw await failure(answer);
  if (method !== 'GET' && !quiet) dispatchEvent(new Event('modwatch:changed'));
  return { status: answer.status, data: await json(answer), etag: answer.headers.get('ETag') };
}

/** What is at a path, or null for a reader who has not logged in. */
export async function dataIfLoggedIn(path) {
  try {
    return (await send(path)).data;
  } catch (error) {
    if (error.status === 401) return null;
    throw error;
  }
}

/** The page has begun: what was asked for before is old from now on. */
export const forgetEarly = () => early.clear();

async function reach(path, options) {
  const answer = early.get(path);
  early.delete(path);
  try {
    return await (answer ?? fetch(here(ROOT + path), options));
  } catch (cause) {
    throw Object.assign(new ApiError(0, { title: 'No answer' }), { cause });
  }
}

async function json(answer) {
  try {
    return await answer.json();
  } catch (cause) {
    throw Object.assign(new ApiError(0, { title: 'The answer could not be read' }), { cause });
  }
}

async function failure(answer) {
  // The reader's role may have changed: the servers and roles are read again.
  if (answer.status === 403) dispatchEvent(new Event('modwatch:refused'));
  const problem = await answer.json().catch(() => ({}));
  const retryAfterSeconds = Number.parseInt(answer.headers.get('Retry-After') ?? '0', 10) || 0;
  return new ApiError(answer.status, problem, retryAfterSeconds);
}

const MAY_PASS = new Set([401, 403, 404, 408, 409, 425, 429]);

/** Whether the same request would be refused again, however often it is tried. */
export const isFinal = ({ status }) => status >= 400 && status < 500 && !MAY_PASS.has(status);

const begun = (words) => words.charAt(0).toUpperCase() + words.slice(1);

/** What happened and what to do, in two short sentences. */
export function explain(error) {
  if (isFinal(error)) return ['The server does not take this request.', `${begun(error.message)}.`];
  if (error.status === 0)
    return ['Modwatch cannot be reached.', 'Check the connection; it tries again by itself.'];
  if (error.status === 403)
    return [`Not allowed: ${error.message}.`, 'Ask its owner, or choose another server.'];
  if (error.status === 404)
    return ['There is nothing at this address.', 'It may have been removed meanwhile.'];
  if (error.status === 429)
    return ['Too many requests for now.', 'It tries again by itself in a moment.'];
  if (error.status === 503)
    return ['The database is away.', 'Nothing is lost; it tries again by itself.'];
  const reference = error.requestId ? ` Reference ${error.requestId}.` : '';
  return ['The server could not answer this.', `It tries again by itself.${reference}`];
}

/** What is refused as "name: why", also of what has parts. */
const refused = (errors, of = '') =>
  Object.entries(errors).flatMap(([name, why]) => {
    const whole = of + name.replaceAll('_', ' ');
    return Array.isArray(why) || typeof why === 'string'
      ? `${whole}: ${[why].flat().join(' ')}`
      : refused(why, `${whole} `);
  });

const NOTHING_DONE = new Set([429, 503]);

/** Why a change was not made, in one sentence: a refusal (4xx) is explained by the server itself. */
export function explainChange(error) {
  const fields = refused(error.fields);
  if (fields.length > 0) return `Not saved. ${fields.join('; ')}.`;
  if (error.status === 403) return `Not allowed: ${error.message}.`;
  if (error.status >= 400 && error.status < 429) return `Not done: ${error.message}.`;
  const still = NOTHING_DONE.has(error.status)
    ? 'Nothing was changed; please try again.'
    : 'It may have been done all the same: please look before you try again.';
  return `${explain(error)[0]} ${still}`;
}
