// Another person logs in, in another tab of the browser.
import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { happens, heardElsewhere } from './browser.js';
import { serve } from './server.js';

const { tellWho, watchWho } = await import('../src/shell/who.js');
const { state } = await import('../src/data/state.js');
const { shownToasts } = await import('../src/ui/toasts.js');

let respond;
let steps;
const asked = await serve(() => respond);
const leave = (notice) => {
  steps.push(['left', notice]);
  Object.assign(state, { session: 'out', undone: true });
};
const start = async () => steps.push(['started', state.session]);
const ask = watchWho({ leave, start });

beforeEach(() => {
  happens('modwatch:left');
  steps = [];
  asked.length = 0;
  Object.assign(state, { session: 'in', me: { id: '1' }, undone: false });
});

test('the others hear who reads here', () => {
  tellWho();
  assert.deepEqual(heardElsewhere, ['1']);
});

test('the same person goes on undisturbed', async () => {
  respond = { json: { id: '1' } };
  await ask();
  assert.deepEqual([steps, asked.length], [[], 1]);
});

test('for another one the page begins anew, and says so', async () => {
  respond = { json: { id: '2', username: 'Bo' } };
  await Promise.all([ask(), ask()]);
  assert.deepEqual(
    [steps, asked.length],
    [
      [
        ['left', null],
        ['started', 'starting'],
      ],
      1,
    ],
  );
  const [{ words }] = shownToasts();
  assert.match(words, /Bo.* logged in in another tab, .* A change .* was not made\.$/);
});

test('nobody is logged in any more', async () => {
  respond = { status: 401, json: {} };
  await ask();
  assert.deepEqual(steps, [['left', 'ended']]);
});

test('without an answer nothing is known, and nothing is asked before a login', async () => {
  respond = { status: 503, json: {} };
  await ask();
  state.session = 'out';
  await ask();
  assert.deepEqual([steps, asked.length], [[], 1]);
});
