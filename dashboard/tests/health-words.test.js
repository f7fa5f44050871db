import assert from 'node:assert/strict';
import { test } from 'node:test';
import './browser.js';

const { healthRelief } = await import('../src/sections/health-words.js');

const metrics = { messages_processed: 5352, violations_total: 47 };
const relief = (violation_rate, response_time, escalation) =>
  healthRelief({ metrics, health: { penalties: { violation_rate, response_time, escalation } } });

test('what costs most is told with what would cost nothing', () => {
  assert.match(relief(7.6, 0, 50), /Up to 4 kicks and bans would cost nothing\. Those of a raid/);
  assert.match(
    relief(7.6, 0, 0),
    /With 26 violations instead of 47, their rate would cost nothing/,
  );
  assert.match(relief(1, 4, 3), /Within 100 ms on average/);
});

test('where nothing costs anything, nothing needs to change', () => {
  assert.equal(relief(0, 0, 0), '100 less these points, rounded down.');
});
