import assert from 'node:assert/strict';
import { beforeEach, mock, test } from 'node:test';
import './browser.js';
import { serve } from './server.js';

const { sendOnce } = await import('../src/data/once.js');

let respond = () => ({ json: {} });
const asked = await serve((request) => respond(request));
const keys = () => asked.map(({ headers }) => headers['idempotency-key']);
const make = (body) => sendOnce('/export', { body });

beforeEach(() => {
  asked.length = 0;
  respond = () => ({ status: 202, json: { id: String(asked.length) } });
});

test('pressed twice it is one request, and both have its answer', async () => {
  const [first, second] = await Promise.all([make({ a: 1 }), make({ a: 1 })]);
  assert.equal(first, second);
  assert.deepEqual([asked.length, asked[0].method], [1, 'POST']);
  assert.match(keys()[0], /^[!-~]{7,255}$/);
});

test('what was answered is meant anew the next time, and so is another body', async () => {
  await make({ a: 1 });
  await Promise.all([make({ a: 1 }), make({ a: 2 })]);
  assert.equal(new Set(keys()).size, 3);
});

test('pressed again after a lost answer it has the same key, until it is a minute old', async (t) => {
  t.after(() => mock.timers.reset());
  mock.timers.enable({ apis: ['setTimeout'] });
  respond = () => ({ status: 503, json: {} });
  await assert.rejects(make({ b: 1 }), { status: 503 });
  respond = () => ({ status: 409, json: {} }); // the first is under way
  await assert.rejects(make({ b: 1 }), { status: 409 });
  respond = () => ({ status: 202, json: { id: 'the first' } });
  assert.equal((await make({ b: 1 })).data.id, 'the first');
  assert.equal(new Set(keys()).size, 1);
  respond = () => ({ status: 500, json: {} });
  await assert.rejects(make({ c: 1 }));
  mock.timers.tick(60_001);
  await assert.rejects(make({ c: 1 }));
  assert.equal(new Set(keys()).size, 3);
});

test('what was refused has no key to go on with', async () => {
  respond = () => ({ status: 422, json: {} });
  await assert.rejects(make({ d: 1 }), { status: 422 });
  await assert.rejects(make({ d: 1 }), { status: 422 });
  assert.equal(new Set(keys()).size, 2);
});

test('what was begun anew after a lost answer is still one when the first is a minute old', async (t) => {
  t.after(() => mock.timers.reset());
  mock.timers.enable({ apis: ['setTimeout'] });
  respond = () => ({ status: 503, json: {} });
  await assert.rejects(make({ e: 1 }), { status: 503 });
  respond = () => ({ status: 202, json: {} });
  await make({ e: 1 });
  const [anew] = [make({ e: 1 }), mock.timers.tick(60_001)];
  assert.deepEqual(await Promise.all([anew, make({ e: 1 })]), [await anew, await anew]);
  assert.equal(asked.length, 3);
});
