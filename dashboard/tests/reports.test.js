// A scheduled report as it is typed, as the API takes it, and as it is said.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import './browser.js';

const { bodyOf, changesOf, newWish, planOf, wishOf, withTarget } =
  await import('../src/sections/report-wish.js');
const { runTimes } = await import('../src/sections/report-times.js');
const words = await import('../src/sections/report-words.js');

const stored = {
  id: 'r1',
  name: 'Monday morning',
  export_types: ['violations'],
  format: 'xlsx',
  cadence: 'weekly',
  timezone: 'Europe/Berlin',
  hour: 8,
  minute: 5,
  weekday: 0,
  day: null,
  missed_policy: 'skip',
  when_empty: 'send',
  delivery: [
    { id: 't1', channel_id: null, kind: 'email', addresses: ['a@example.org'], url: null },
    { id: 't2', channel_id: null, kind: 'webhook', addresses: null, url: '********hook' },
    { id: null, channel_id: 'c1', kind: 'slack', addresses: null, url: null },
  ],
};

test('only what was changed is sent, and a target keeps its id and its masked secret', () => {
  const edits = { hour: 9 };
  assert.deepEqual(changesOf(wishOf(stored, edits), edits), { hour: 9 });
  const all = bodyOf(wishOf(stored, {})).delivery;
  assert.deepEqual(all, [
    { id: 't1', kind: 'email', addresses: ['a@example.org'] },
    { id: 't2', kind: 'webhook', url: '********hook' },
    { channel_id: 'c1' },
  ]);
});

test('another cadence comes with its day', () => {
  const edits = { cadence: 'monthly' };
  assert.deepEqual(changesOf(wishOf(stored, edits), edits), { cadence: 'monthly', day: 1 });
  const daily = planOf({ ...newWish('UTC'), cadence: 'daily' });
  assert.ok(!('day' in daily) && !('weekday' in daily));
});

test('a new one goes to the addresses typed, however they are parted', () => {
  const wish = newWish('UTC');
  const [mail] = wish.delivery;
  const delivery = withTarget([{ ...mail, addresses: 'a@x.org, b@x.org;\n c@x.org ' }], 'discord');
  const [first, second] = bodyOf({ ...wish, delivery }).delivery;
  assert.deepEqual(first, { kind: 'email', addresses: ['a@x.org', 'b@x.org', 'c@x.org'] });
  assert.deepEqual(second, { kind: 'discord', url: '' });
});

test('runs by both clocks, each with the offset of then', () => {
  const runs = [{ at: '2026-03-27T07:00:00.000Z' }, { at: '2026-03-30T06:00:00.000Z' }];
  const times = runTimes(runs, 'Europe/Berlin', 'America/New_York');
  assert.deepEqual(
    times.map(({ theirs, mine }) => [theirs.offset, mine.offset]),
    [
      ['+01:00', '−04:00'],
      ['+02:00', '−04:00'],
    ],
  );
  assert.match(times[0].theirs.day, /08:00/);
  assert.match(times[0].mine.day, /03:00/);
  assert.equal(runTimes(runs, 'Europe/Berlin', 'Europe/Paris')[0].mine, null, 'the same clock');
  assert.equal(runTimes(runs, 'UTC', 'Asia/Kolkata')[0].theirs.offset, '+00:00');
});

test('when it runs is a sentence', () => {
  assert.equal(words.cadenceWords(stored), 'Sundays at 08:05, Europe/Berlin');
  const monthly = { ...stored, cadence: 'monthly', day: 31 };
  assert.equal(
    words.cadenceWords(monthly),
    'On day 31 or the last of the month at 08:05, Europe/Berlin',
  );
  assert.equal(
    words.cadenceWords({ ...stored, cadence: 'daily' }),
    'Daily at 08:05, Europe/Berlin',
  );
});

test('how a report is has a word', () => {
  const said = (more) =>
    words.reportState({ enabled: true, failing: false, last_run: null, ...more })[1];
  assert.equal(said({}), 'Waits for its first time');
  assert.equal(said({ last_run: { status: 'partly' } }), 'Partly sent');
  assert.equal(said({ failing: true, last_run: { status: 'failed' } }), 'Last one failed');
  assert.equal(said({ enabled: false }), 'Paused');
  assert.equal(words.kindWords({ kind: 'scheduled', is_late: true }), 'On schedule, late');
});

test('why a report is off, and why a run came to nothing, is said in words', () => {
  assert.match(words.offWords({ why_not: 'zone_unknown' }), /time zone/);
  assert.equal(words.whyRun({ reason: 'missed' }), 'nothing ran at its time');
  assert.equal(words.whyRun({ reason: 'sent' }), '');
});

test('what was refused of a target stands at that target', () => {
  const errors = { name: ['is too long'], delivery: { 1: { url: ['must be https'] } } };
  assert.deepEqual(words.refusedOf(errors), {
    name: 'is too long',
    'delivery 1 url': 'must be https',
  });
  assert.deepEqual(words.refusedOf({ delivery: ['Shorter than 1.'] }), {
    delivery: 'Shorter than 1.',
  });
  const deep = { delivery: { 0: { addresses: { 0: ['is no address'] } } } };
  assert.deepEqual(words.refusedOf(deep), { 'delivery 0 addresses': 'is no address' });
});

test('where it goes, as the server masks it', () => {
  const [mail, hook, shared] = stored.delivery;
  assert.equal(words.targetWords(mail), 'a@example.org');
  assert.equal(words.targetWords(hook), '********hook');
  assert.equal(words.targetWords({ ...shared, name: null }), 'A channel that was removed');
  const many = { ...mail, addresses: ['a', 'b', 'c', 'd', 'e'] };
  assert.equal(words.targetWords(many), 'a, b, c and 2 more');
});
