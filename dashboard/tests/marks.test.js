// Each state is told by a shape as well as by colour and words.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import './browser.js';

const { stateMark } = await import('../src/sections/alert-parts.js');

const folder = new URL('../src/sections/', import.meta.url);
const MARKED = /\['(\w+)', '[^']+', '(?:good|low|medium|high|accent|none)'\]/g; // [mark, words, tone]

test('no state stands without a shape', () => {
  const all = readdirSync(folder).map((name) => readFileSync(new URL(name, folder), 'utf8'));
  const marks = all.flatMap((words) => [...words.matchAll(MARKED)].map(([, mark]) => mark));
  assert.ok(marks.length > 30);
  const bare = marks.filter((mark) => !stateMark(mark, '', '').values[1]);
  assert.deepEqual(bare, []);
});
