// What the bot was told of decisions, in words.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import './browser.js';

const { deed, progress, since } = await import('../src/sections/bot-words.js');

test('a decision is named by what was decided', () => {
  const said = [
    [{ kind: 'appeals.decide', data: { status: 'approved' } }, 'Appeal granted'],
    [{ kind: 'appeals.decide', data: { status: 'denied' } }, 'Appeal denied'],
    [{ kind: 'warnings.bulk_clear', data: { user_ids: ['1'] } }, 'Warnings of one member cleared'],
    [
      { kind: 'warnings.bulk_clear', data: { user_ids: ['1', '2'] } },
      'Warnings of 2 members cleared',
    ],
    [{ kind: 'of.later', data: null }, 'of.later'],
  ];
  for (const [change, words] of said) assert.equal(deed(change), words);
});

test('how far it has come has a mark, words and a moment', () => {
  assert.deepEqual(progress({ state: 'done' }), ['resolved', 'Done', 'good']);
  assert.deepEqual(progress({ state: 'of_later' }), ['off', 'of_later', 'none']);
  assert.equal(since({ ended_at: null, told_at: 'b', decided_at: 'a' }), 'b');
  assert.equal(since({ ended_at: 'c', told_at: 'b', decided_at: 'a' }), 'c');
});
