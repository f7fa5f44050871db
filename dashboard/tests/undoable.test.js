import assert from 'node:assert/strict';
import { afterEach, beforeEach, mock, test } from 'node:test';
import { happens } from './browser.js';
import { handlersOf } from './drawn.js';
import { serve } from './server.js';

const { isWaiting, sendWaiting, undoable } = await import('../src/ui/undoable.js');
const { shownToasts, toastCorner } = await import('../src/ui/toasts.js');
const { state } = await import('../src/data/state.js');

const UNDO_MS = 10_000;
let respond;
const asked = await serve((request) => respond(request));
const told = () => shownToasts().map(({ words }) => words);

beforeEach(() => {
  respond = () => ({ json: { cleared: 1 } });
  asked.length = 0;
  mock.timers.enable({ apis: ['setTimeout'] });
});
afterEach(() => {
  happens('modwatch:left');
  mock.timers.reset();
});

/** Clear something; the promise is for the answer. */
const clear = (key = 'clear 1', path = '/warnings/1') =>
  new Promise((done) => {
    undoable({ key, words: `${key} done`, path, options: { method: 'DELETE' }, done });
  });

test('a change waits for 10 s and is then made', async () => {
  const answer = clear();
  mock.timers.tick(UNDO_MS - 1);
  assert.deepEqual([isWaiting('clear 1'), asked.length, told()], [true, 0, ['clear 1 done']]);
  mock.timers.tick(1);
  assert.deepEqual(await answer, { cleared: 1 });
  assert.deepEqual([asked[0].method, asked[0].path], ['DELETE', '/api/v1/warnings/1']);
  await sendWaiting();
  assert.deepEqual([isWaiting('clear 1'), told()], [false, []]);
});

test('what is taken back is never sent', () => {
  clear();
  shownToasts()[0].action.run();
  mock.timers.tick(UNDO_MS);
  assert.deepEqual([isWaiting('clear 1'), asked.length], [false, 0]);
});

test('the same done again: the first is made at once, the second waits', async () => {
  const first = clear('clear quiet', '/a');
  const second = clear('clear quiet', '/b');
  await first;
  assert.ok(isWaiting('clear quiet'));
  mock.timers.tick(UNDO_MS);
  await second;
  assert.deepEqual(
    asked.map(({ path }) => path),
    ['/api/v1/a', '/api/v1/b'],
  );
});

test('a refusal is told, and waits no longer', async () => {
  respond = () => ({ status: 409, json: { detail: 'taken' } });
  clear();
  await sendWaiting();
  assert.deepEqual([isWaiting('clear 1'), told()], [false, ['Not done: taken.']]);
});

test('leaving the page sends what waits', async () => {
  const sent = new Promise((seen) => (respond = () => (seen(), { json: {} })));
  clear();
  happens('pagehide');
  await sent;
  assert.ok(!isWaiting('clear 1'));
  assert.deepEqual(told(), [], 'where Back brings the same page, there is nothing to undo');
  mock.timers.tick(UNDO_MS);
  assert.equal(asked.length, 1);
});

test('what waits in one server is not done in another', () => {
  state.guildId = '1';
  clear();
  state.guildId = '2';
  assert.ok(!isWaiting('clear 1'));
  state.guildId = '1';
  assert.ok(isWaiting('clear 1'));
});

test('a session that ended elsewhere drops what waits, and says so', () => {
  clear();
  happens('modwatch:left');
  mock.timers.tick(UNDO_MS);
  assert.deepEqual([state.undone, asked.length, told()], [true, 0, []]);
  happens('modwatch:left');
  assert.equal(state.undone, false);
});

test('while its toast is held nothing is sent; dismissed, it is sent at once', async () => {
  const held = clear('held');
  mock.method(document, 'getElementById', () => ({ matches: () => true }));
  mock.timers.tick(3 * UNDO_MS);
  assert.deepEqual([isWaiting('held'), asked.length], [true, 0]);
  document.getElementById.mock.restore();
  mock.timers.tick(UNDO_MS);
  await held;
  const dismissed = clear('dismissed');
  handlersOf(toastCorner()).at(-1)();
  assert.deepEqual(await dismissed, { cleared: 1 });
  assert.equal(asked.length, 2);
});
