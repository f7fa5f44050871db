// Times of day in two zones, and what was decided about messages. The tests run in New York's zone.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import './browser.js';

const { inZone, isRetryable, mayRepeat, nextAt, quietWords, STATUSES, statusWords } =
  await import('../src/sections/preference-words.js');

const WINTER_MS = Date.parse('2026-01-27T09:00:00Z');
const SUMMER_MS = Date.parse('2026-07-27T09:00:00Z');
const NEW_YORK = 'America/New_York';

test('a time of day in another zone, over midnight and with half hours', () => {
  assert.equal(inZone('22:00', 'Europe/Berlin', NEW_YORK, WINTER_MS), '16:00');
  assert.equal(inZone('03:00', 'Europe/Berlin', NEW_YORK, WINTER_MS), '21:00');
  assert.equal(inZone('22:00', NEW_YORK, 'Asia/Kolkata', WINTER_MS), '08:30');
  assert.equal(inZone('12:00', 'UTC', 'Europe/Berlin', SUMMER_MS), '14:00');
  assert.equal(inZone('00:00', 'Pacific/Kiritimati', 'Pacific/Pago_Pago', WINTER_MS), '23:00');
});

test('quiet hours stand in both zones, once where the clocks agree', () => {
  const quiet = { start: '22:00', end: '07:00', timezone: 'Europe/Berlin' };
  assert.equal(
    quietWords(quiet, NEW_YORK, WINTER_MS),
    '22:00 to 07:00 in Europe/Berlin, now 16:00 to 01:00 in your zone, America/New_York.',
  );
  assert.match(quietWords(quiet, 'Europe/Paris', WINTER_MS), /which is your time now/);
});

test('the next time at which the reader’s clock shows so', () => {
  assert.equal(nextAt('03:00', WINTER_MS), '2026-01-28T08:00:00.000Z'); // 04:00 there
  assert.equal(nextAt('05:00', WINTER_MS), '2026-01-27T10:00:00.000Z');
});

test('what would happen is not told as what has', () => {
  assert.equal(statusWords('queued')[1], 'Waits to be sent');
  assert.equal(statusWords('queued', true)[1], 'Sent at once');
  assert.equal(statusWords('of a later version')[1], 'of a later version');
});

test('what failed is sent again, what may have arrived only when a repeat is fine', () => {
  const retryable = Object.keys(STATUSES).filter((status) => isRetryable({ status }));
  assert.deepEqual(retryable, ['unknown', 'dead']);
  assert.deepEqual(
    retryable.map((status) => mayRepeat({ status })),
    [true, false],
  );
});
