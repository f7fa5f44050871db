// What is said of alerts: figures, the end of a snooze, and trails.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import './browser.js';

const { closedWords, figures, mayAcknowledge, snoozeEnd, trailWords, untold } =
  await import('../src/sections/alert-words.js');

const NOW_MS = Date.parse('2026-01-27T09:00:00Z');
const entry = (kind, more = {}) => ({
  kind,
  text: '',
  channel_name: null,
  channel_id: null,
  details: {},
  ...more,
});

test('a figure stands with its unit and the threshold', () => {
  const said = [
    ['mass_violations', 12, 10, '12 violations, the threshold is 10'],
    ['health_score_drop', 41.6, 50, '42 points, the threshold is 50'],
    ['bot_offline', 301.2, 300, '301 s of silence, the threshold is 300'],
    ['rate_limit_approaching', 8, null, '8 % left'],
    ['of_a_later_version', 1.5, 1, '1.5, the threshold is 1'],
    ['bot_offline', null, 300, ''],
  ];
  for (const [type, value, threshold, words] of said)
    assert.equal(figures({ event_type: type, value, threshold, state: 'resolved' }), words);
});

test('what moves on while an alert is open is said to be of when it was told', () => {
  const open = { event_type: 'bot_offline', value: 315, threshold: 300, state: 'acknowledged' };
  assert.equal(figures(open), '315 s of silence when it was told, the threshold is 300');
});

test('a raid that grew since it was told has both counts', () => {
  const told = { event_type: 'mass_violations', value: 25, threshold: 10, state: 'firing' };
  const said = (by, more) => figures({ ...told, incident_violation_count: by, ...more });
  assert.equal(said(38), '25 violations when it was told, 38 by now, the threshold is 10');
  assert.match(said(38, { state: 'resolved' }), /when it was told, 38 in all,/);
  for (const same of [25, null]) assert.equal(said(same), '25 violations, the threshold is 10');
});

test('a snooze of 24 hours ends within what the server allows', () => {
  assert.equal(snoozeEnd(15, NOW_MS), '2026-01-27T09:15:00.000Z');
  assert.equal(snoozeEnd(1440, NOW_MS), '2026-01-28T08:59:30.000Z');
});

test('an alert is acknowledged once, and not when it is over', () => {
  const may = (state, at = null) => mayAcknowledge({ state, acknowledged_at: at });
  assert.deepEqual(
    [may('firing'), may('flapping'), may('snoozed', '2026-01-27T09:00:00Z'), may('resolved')],
    [true, true, false, false],
  );
});

test('why it is over', () => {
  assert.equal(closedWords({ closed_reason: 'by_hand' }), 'by hand');
  assert.equal(closedWords({ closed_reason: 'condition_changed' }), 'by itself');
});

test('a trail tells of the alert in words', () => {
  const said = (each) => trailWords(each, '12 violations in 60 s');
  assert.deepEqual(said(entry('opened', { text: 'The alert opened.' })), {
    channel: null,
    what: 'Fired: 12 violations in 60 s',
    why: '',
    said: '',
  });
  const changed = { text: 'The alert opened: its threshold was changed.' };
  assert.equal(said(entry('opened', changed)).why, 'its threshold was changed.');
  assert.equal(said(entry('acknowledged', { text: 'Acknowledged.' })).what, 'Acknowledged');
  const over = { text: 'The alert is over.' };
  assert.equal(said(entry('resolved', over)).what, 'The alert is over');
  assert.equal(said(entry('resolved', { ...over, by: '815' })).what, 'Resolved');
});

test('a trail tells of each channel: what, why, and what the provider said of a failure', () => {
  const channel_name = 'Discord #mods';
  const sent = entry('attempt_sent', {
    channel_name,
    text: 'Sent: The provider took it.',
    details: { answer: 'ok' },
  });
  assert.deepEqual(trailWords(sent, ''), {
    channel: 'Discord #mods',
    what: 'sent',
    why: '',
    said: '',
  });
  const failed = entry('attempt_not_sent', {
    channel_name,
    text: 'Not sent: no such host',
    details: { answer: 'nothing: there' },
  });
  assert.deepEqual(trailWords(failed, ''), {
    channel: 'Discord #mods',
    what: 'not sent',
    why: 'no such host',
    said: 'nothing: there',
  });
  assert.match(trailWords(entry('delivery_held', { text: 'Held: Muted.' }), '').channel, /removed/);
});

test('channels that an alert was never decided on are named while it is open', () => {
  const channels = [
    { id: 'a', enabled: true },
    { id: 'b', enabled: true },
    { id: 'c', enabled: false },
  ];
  const trail = [{ channel_id: null }, { channel_id: 'a' }];
  assert.deepEqual(untold({ state: 'firing' }, channels, trail), [channels[1]]);
  assert.deepEqual(untold({ state: 'resolved' }, channels, trail), []);
});
