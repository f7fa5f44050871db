import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import './browser.js';
import { serve } from './server.js';

const { ApiError, dataIfLoggedIn, explain, explainChange, isFinal, send } =
  await import('../src/data/api.js');
const { forgetReads, hasten, hastenOne, keep, patch, read, retry, retryDelayMs, startReading } =
  await import('../src/data/reads.js');

let respond = () => ({ json: {} });
const asked = await serve((request) => respond(request));
const paths = () => asked.map(({ path }) => path);

/** Read `wanted` until something came of it. */
const reading = (wanted) =>
  new Promise((told) => {
    const signedOut = () => told('signed out');
    startReading({ wanted: () => wanted, changed: () => told('changed'), signedOut });
  });

beforeEach(() => {
  startReading({ wanted: () => [], signedOut() {}, changed() {} });
  forgetReads();
  asked.length = 0;
});

test('a request is below the place of the page and says what it sends', async () => {
  respond = () => ({ json: { saved: true }, headers: { ETag: '"7"' } });
  const answer = await send('/x', {
    method: 'PUT',
    body: { a: 1 },
    headers: { 'If-Match': '"6"' },
    etag: '"6"',
  });
  assert.deepEqual(answer, { status: 200, data: { saved: true }, etag: '"7"' });
  const [{ method, path, headers, body }] = asked;
  assert.deepEqual([method, path, body], ['PUT', '/api/v1/x', { a: 1 }]);
  assert.equal(headers['if-match'], '"6"');
  assert.equal(headers['if-none-match'], '"6"');
});

test('a refusal is an error with the fields it names', async () => {
  const problem = {
    title: 'Unprocessable',
    detail: 'no',
    request_id: 'r1',
    errors: { a_b: ['x'] },
  };
  respond = () => ({ status: 422, json: problem, headers: { 'Retry-After': '7' } });
  const error = await send('/x').catch((each) => each);
  assert.ok(error instanceof ApiError);
  const { status, message, requestId, retryAfterSeconds } = error;
  assert.deepEqual([status, message, requestId, retryAfterSeconds], [422, 'no', 'r1', 7]);
  assert.equal(explainChange(error), 'Not saved. a b: x.');
});

test('who has not logged in has no data; another failure is one', async () => {
  respond = () => ({ status: 401, json: {} });
  assert.equal(await dataIfLoggedIn('/auth/me'), null);
  respond = () => ({ status: 503, json: {} });
  await assert.rejects(dataIfLoggedIn('/auth/me'), { status: 503 });
});

test('tries are 5 s, then twice as long up to 5 min, and never before Retry-After', () => {
  assert.deepEqual(
    [1, 2, 3, 20].map((failures) => retryDelayMs(failures, 0, 0.5)),
    [5000, 10_000, 20_000, 300_000],
  );
  assert.deepEqual(
    [0, 1].map((random) => retryDelayMs(1, 0, random)),
    [3750, 6250],
  );
  assert.equal(retryDelayMs(1, 600, 0.5), 600_000);
});

test('what did not change is asked for with its ETag and kept', async () => {
  respond = () => ({ json: { n: 1 }, headers: { ETag: '"1"' } });
  assert.equal(await reading(['/a']), 'changed');
  const before = read('/a').data;
  respond = ({ headers }) => ({ status: headers['if-none-match'] === '"1"' ? 304 : 500 });
  read('/a').dueAtMs = 0;
  await reading(['/a']);
  assert.equal(read('/a').data, before);
  assert.equal(read('/a').error, null);
});

test('data stays while a failure is shown', async () => {
  keep('/a', { n: 1 });
  respond = () => ({ status: 503, json: {}, headers: { 'Retry-After': '600' } });
  read('/a').dueAtMs = 0;
  await reading(['/a']);
  const { data, error, failures, dueAtMs } = read('/a');
  assert.deepEqual([data, error.status, failures], [{ n: 1 }, 503, 1]);
  assert.ok(dueAtMs >= Date.now() + 590_000);
});

test('what is refused for good is not tried again by itself', async () => {
  respond = () => ({ status: 414, json: { detail: 'the address is too long' } });
  await reading(['/a']);
  assert.equal(read('/a').dueAtMs, Infinity);
  document.dispatchEvent(new Event('visibilitychange'));
  hasten(0);
  assert.equal(asked.length, 1);
  assert.deepEqual(explain(read('/a').error), [
    'The server does not take this request.',
    'The address is too long.',
  ]);
  const passing = [0, 401, 403, 404, 408, 409, 429, 500, 503];
  assert.deepEqual(
    passing.filter((status) => isFinal({ status })),
    [],
  );
  respond = () => ({ json: { n: 1 } });
  const done = new Promise((told) => startReading({ wanted: () => ['/a'], changed: told }));
  retry('/a');
  await done;
  assert.deepEqual(read('/a').data, { n: 1 });
});

test('a session that is over is told once, as such', async () => {
  respond = () => ({ status: 401, json: {} });
  assert.equal(await reading(['/a']), 'signed out');
});

test('what is kept is not read again, until something changed', async () => {
  keep('/a', { n: 1 });
  startReading({ wanted: () => ['/a'] });
  assert.deepEqual(paths(), []);
  respond = () => ({ json: { n: 2 } });
  const done = new Promise((told) => startReading({ wanted: () => ['/a'], changed: told }));
  hasten(0);
  await done;
  assert.deepEqual([paths(), read('/a').data], [['/api/v1/a'], { n: 2 }]);
});

test('what was heard while an answer is on its way may not be in it: that is asked for again soon', async () => {
  respond = () => ({ json: { n: 1 } });
  const done = reading(['/a']);
  hastenOne('/a');
  await done;
  assert.equal(asked.length, 1);
  assert.ok(read('/a').dueAtMs <= Date.now() + 1000);
});

test('what was heard is put into what was read, where there is something', () => {
  keep('/a', { n: 1 });
  patch('/a', ({ n }) => ({ n: n + 1 }));
  patch('/b', () => assert.fail('nothing was read there'));
  assert.deepEqual(read('/a').data, { n: 2 });
});
