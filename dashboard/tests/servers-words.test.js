import assert from 'node:assert/strict';
import { test } from 'node:test';
import './browser.js';

const { needing, scoreTone, untold, waitingWords } =
  await import('../src/sections/servers-words.js');

const CALM = {
  id: '1',
  incidents_going_on: 0,
  alerts_open: 0,
  appeals_waiting: 0,
  unread_count: 0,
};
const RAIDED = { ...CALM, id: '2', incidents_going_on: 1, alerts_open: 2, unread_count: 4 };
const ASKED = { ...CALM, id: '3', appeals_waiting: 1 };

test('what waits is said, the most pressing first', () => {
  assert.deepEqual(waitingWords(CALM), []);
  assert.deepEqual(waitingWords(RAIDED), ['1 raid going on', '2 open alerts']);
  assert.deepEqual(waitingWords(ASKED), ['1 appeal waiting']);
});

test('a score has the colour of the overview', () => {
  const scores = [null, 0, 49, 50, 69, 70, 100];
  assert.deepEqual(scores.map(scoreTone), [
    ...['none', 'high', 'high', 'medium', 'medium', 'good', 'good'],
  ]);
});

test('what the reader looks at already is not elsewhere', () => {
  const all = [RAIDED, ASKED, CALM];
  assert.deepEqual(needing(all, '1'), [RAIDED]);
  assert.deepEqual(needing(all, '2'), []);
  assert.deepEqual(untold(all, '3'), [RAIDED]);
  assert.deepEqual(untold(all, '2'), []);
});
