import assert from 'node:assert/strict';
import { test } from 'node:test';
import './browser.js';
import { wordsOf } from './drawn.js';

const { keep, read } = await import('../src/data/reads.js');
await import('../src/data/sources-later.js');
const { path } = await import('../src/data/sources.js');
const { state } = await import('../src/data/state.js');
const { happenedSheet } = await import('../src/sections/notice-list.js');

test('that nothing happened is said once it is known, and not while it is not', () => {
  Object.assign(state, { guildId: '1', sheet: { kind: 'happened', id: null } });
  const said = () => wordsOf(happenedSheet());
  assert.equal(said(), '');
  read(path('notifications')).error = { status: 503 };
  assert.match(said(), /The database is away/);
  keep(path('notifications'), { notifications: [] });
  assert.match(said(), /^Nothing has happened here/);
});
