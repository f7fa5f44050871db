import assert from 'node:assert/strict';
import { afterEach, beforeEach, mock, test } from 'node:test';
import './browser.js';
import { serve } from './server.js';

const { byServer, hearDate } = await import('../src/data/clock.js');
const { send } = await import('../src/data/api.js');
const { drawNow, state } = await import('../src/data/state.js');
const { ago } = await import('../src/ui/time.js');

const HOUR_MS = 3_600_000;
const SERVER_MS = Date.parse('2026-01-27T12:00:00Z');
const date = new Date(SERVER_MS).toUTCString();

await serve(() => ({ json: {}, headers: { Date: date } }));

beforeEach(() => mock.timers.enable({ apis: ['Date'] }));
afterEach(() => mock.timers.reset());

for (const wrongMs of [-3 * HOUR_MS, 3 * HOUR_MS, 0]) {
  test(`ages are the server’s where the reader’s clock is wrong by ${wrongMs} ms`, async () => {
    mock.timers.setTime(SERVER_MS + wrongMs);
    await send('/x');
    drawNow();
    assert.equal(ago(SERVER_MS - 4 * 60_000, state.nowMs), '4 min ago');
    mock.timers.setTime(SERVER_MS + wrongMs + 60_000);
    assert.equal(byServer(), SERVER_MS + 60_000);
    assert.equal(byServer(SERVER_MS + wrongMs), SERVER_MS);
  });
}

test('the delay of an answer is no difference, and no Date says nothing', () => {
  mock.timers.setTime(SERVER_MS + 1500);
  hearDate(date);
  assert.equal(byServer(), SERVER_MS + 1500);
  hearDate(null);
  assert.equal(byServer(), SERVER_MS + 1500);
});
