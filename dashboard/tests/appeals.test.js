// Appeals beyond the first page.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import './browser.js';
import { handlersOf, wordsOf } from './drawn.js';
import { serve } from './server.js';

const { appealsPanel, decideButtons } = await import('../src/sections/appeals.js');
await import('../src/data/sources-later.js');
const { keep } = await import('../src/data/reads.js');
const { appealsPath } = await import('../src/data/sources.js');
const { state } = await import('../src/data/state.js');
const { askDialog } = await import('../src/ui/ask.js');

const appeal = (at) => ({
  appeal_id: `a${at}`,
  violation_id: `v${at}`,
  user_id: null,
  reason: 'spam',
  created_at: `2026-01-27T10:0${at}:00Z`,
});
let respond;
const asked = await serve((request) => respond(request));

test('older ones are read on demand, can be decided, and go then', async () => {
  Object.assign(state, { guildId: '1', servers: [{ id: '1', role: 'moderator' }] });
  keep(appealsPath(), { appeals: [appeal(9), appeal(8)], next_cursor: 'next' });
  assert.match(wordsOf(appealsPanel()), /Show older$/);
  respond = () => ({ json: { appeals: [appeal(7)], next_cursor: null } });
  const readOlder = handlersOf(appealsPanel()).at(-1);
  await readOlder();
  assert.match(asked[0].path, /appeals\?limit=50&status=pending&cursor=next$/);
  assert.doesNotMatch(wordsOf(appealsPanel()), /Show older/);

  const [uphold] = handlersOf(decideButtons('v7'));
  respond = () => ({ status: 409, json: { detail: 'it was denied already' } });
  const deciding = uphold();
  handlersOf(askDialog()).at(-1)(); // yes
  await deciding;
  assert.equal(asked[1].path, '/api/v1/servers/1/appeals/a7/decision');
  assert.equal(wordsOf(decideButtons('v7')), '', 'somebody else decided it: it is gone');
  assert.notEqual(wordsOf(decideButtons('v8')), '');
});
