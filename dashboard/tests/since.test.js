import assert from 'node:assert/strict';
import { test } from 'node:test';
import './browser.js';

const { healthWords, sinceParts } = await import('../src/sections/since-words.js');

const QUIET = {
  incidents_count: 0,
  health_before: 90,
  health_now: 90,
  alerts_opened: 0,
  appeals_waiting: 0,
  changes: [],
};

test('a quiet night is no line at all', () => assert.deepEqual(sinceParts(QUIET), []));

test('what matters most stands in front', () => {
  const night = {
    incidents_count: 2,
    health_before: 92,
    health_now: 74,
    alerts_opened: 1,
    appeals_waiting: 1,
    changes: [{ times: 2 }, { times: 1 }],
  };
  assert.deepEqual(sinceParts(night), [
    '2 raids',
    'health 92 to 74',
    '1 alert',
    '1 appeal waits',
    '3 changes by others',
  ]);
});

test('a score that is not known is compared with nothing', () => {
  assert.equal(healthWords({ health_before: null, health_now: 74 }), '');
  assert.equal(healthWords({ health_before: 74, health_now: null }), '');
});
