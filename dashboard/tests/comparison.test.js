// Run in New York and in American English, see package.json.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { finishedSums, isComparable, sinceWords } from '../src/ui/comparison.js';

test('the bucket that has only begun is left out of both periods', () => {
  const metrics = {
    time_series: [{ messages: 10 }, { messages: 20 }, { messages: 1 }],
    previous_series: { messages: [10, 20, 500] },
  };
  assert.deepEqual(finishedSums(metrics, 'messages'), [30, 30]);
});

test('nothing is compared with a period that was counted in part', () => {
  assert.ok(isComparable({ trends: { comparable: true } }));
  assert.ok(!isComparable({ trends: { comparable: false } }));
  assert.ok(isComparable(null)); // not read yet
});

test('instead it is said since when there is anything', () => {
  const since = `${new Date().getFullYear()}-10-15T16:30:00Z`;
  assert.match(sinceWords({ data_since: since }), /^Counted since Oct 15, 12:30.PM, nothing to/);
  assert.equal(sinceWords({ data_since: null }), '');
});
