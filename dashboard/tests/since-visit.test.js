// Since your last visit, where it cannot be told.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import './browser.js';
import { handlersOf, wordsOf } from './drawn.js';
import { serve } from './server.js';

const { sinceSheet, sinceVisit } = await import('../src/sections/since-visit.js');
const { onChange, state } = await import('../src/data/state.js');

let respond;
const asked = await serve(() => respond);
const drawnAnew = () => new Promise((drawn) => onChange(drawn));

test('a failure is told, and can be tried again; it is by itself a minute later', async () => {
  Object.assign(state, { session: 'in', guildId: '1' });
  respond = { status: 503, json: {} };
  const failed = drawnAnew();
  sinceVisit();
  assert.equal(wordsOf(sinceSheet()), '', 'waits');
  await failed;
  assert.match(
    wordsOf(sinceSheet()),
    /^The database is away\..*Try again : since your last visit$/,
  );
  sinceVisit();
  assert.equal(asked.length, 1, 'not with each drawing');

  state.nowMs += 61_000;
  const failedAgain = drawnAnew();
  sinceVisit();
  await failedAgain;
  assert.equal(asked.length, 2);

  respond = { json: { since: null, meanwhile: null } };
  const [tryAgain] = handlersOf(sinceSheet());
  tryAgain();
  assert.equal(wordsOf(sinceSheet()), '', 'waits again');
  while (wordsOf(sinceSheet()) === '') await drawnAnew();
  assert.equal(wordsOf(sinceSheet()), 'You know all that happened here.');
});
