// What is read for a sheet that lies over the page.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import './browser.js';

const { keep } = await import('../src/data/reads.js');
await import('../src/data/sources-later.js');
const { path, wanted } = await import('../src/data/sources.js');
const { state } = await import('../src/data/state.js');

test('a violation whose member appealed is read with the appeal, for who may decide', () => {
  Object.assign(state, { session: 'in', guildId: '7', near: new Set() });
  state.sheet = { kind: 'violation', id: 'v' };
  const isRead = (role, appeal) => {
    state.servers = [{ id: '7', role }];
    keep(path('violation'), { appeal });
    return wanted().some((each) => each.includes('/appeals'));
  };
  assert.ok(isRead('moderator', 'pending'));
  assert.ok(!isRead('moderator', 'denied'));
  assert.ok(!isRead('viewer', 'pending'));
});
