import assert from 'node:assert/strict';
import { test } from 'node:test';
import './browser.js';

const { CALM_MS, incidents, isGoingOn, overlaid } = await import('../src/data/incidents.js');
const { gathered, GATHERED, incidentHeard } = await import('../src/sections/bursts.js');
const words = await import('../src/sections/incident-words.js');
const { barsOf, bucketWords } = await import('../src/sections/incident-pace.js');
const { bucketOf, hrefAt, keyTo } = await import('../src/charts/chart-words.js');

const BEGAN = '2026-03-18T10:12:00.000Z';
const later = (seconds) => new Date(Date.parse(BEGAN) + seconds * 1000).toISOString();
const one = (more) => ({ id: 'a', started_at: BEGAN, ended_at: BEGAN, revision: 1, ...more });

test('what was heard lies over what was read, unless that is newer', () => {
  const read = [one({ violation_count: 10, notes_count: 2 })];
  const heard = (revision) => new Map([['a', one({ violation_count: 60, revision })]]);
  assert.deepEqual(overlaid(read, heard(2)), [
    one({ violation_count: 60, notes_count: 2, revision: 2 }),
  ]);
  assert.deepEqual(overlaid(read, heard(1)), read);
  const other = new Map([['b', one({ id: 'b', started_at: later(600) })]]);
  assert.deepEqual(
    overlaid(read, other).map(({ id }) => id),
    ['b', 'a'],
  );
});

test('one goes on until five minutes after its last violation', () => {
  const lastMs = Date.parse(BEGAN);
  assert.ok(isGoingOn(one(), lastMs + CALM_MS));
  assert.ok(!isGoingOn(one(), lastMs + CALM_MS + 1));
});

/** Violations at these seconds, as they are heard one after the other: which ones have a notice of their own. */
function heardAt(...seconds) {
  let burst = null;
  let recent = [];
  const single = new Set();
  for (const at of seconds) {
    const next = gathered(burst, recent, at * 1000);
    if (next) {
      next.ids.forEach((id) => single.delete(id));
      [burst, recent] = [next, []];
    } else {
      single.add(at);
      recent = [{ id: at, atMs: at * 1000 }, ...recent];
    }
  }
  return { count: burst?.count ?? 0, single: [...single] };
}

test('violations one upon the other are one notice that counts up', () => {
  assert.deepEqual(heardAt(0, 1, 2), { count: 0, single: [0, 1, 2] });
  assert.deepEqual(heardAt(0, 1, 2, 3), { count: GATHERED, single: [] });
  assert.deepEqual(heardAt(0, 1, 2, 3, 200, 499), { count: 6, single: [] });
  assert.deepEqual(heardAt(0, 1, 2, 3, 400), { count: 4, single: [400] });
  assert.deepEqual(heardAt(0, 30, 61, 92, 123, 154), {
    count: 0,
    single: [0, 30, 61, 92, 123, 154],
  });
  // Those that come late are of their own time.
  assert.deepEqual(heardAt(0, 3000, 2000, 1000), { count: 0, single: [0, 3000, 2000, 1000] });
});

test('that somebody looks after a raid is no notice of its own, and known all the same', () => {
  const raid = one({ violation_count: 60, member_count: 24 });
  assert.match(incidentHeard({ ...raid, by: null }).words, /^60 violations by 24 members/);
  assert.equal(incidentHeard({ ...raid, revision: 2, by: '41' }), null);
  assert.equal(incidents()[0].revision, 2);
});

test('how large it is, how long it took, and what is usual', () => {
  assert.equal(
    words.sizeWords({ violation_count: 60, member_count: 24 }),
    '60 violations by 24 members',
  );
  assert.equal(
    words.sizeWords({ violation_count: 14, member_count: 1 }),
    '14 violations by 1 member',
  );
  const took = (seconds) => words.longWords({ started_at: BEGAN, ended_at: later(seconds) });
  assert.deepEqual([0, 40, 119, 120, 7199, 11_100, 7200].map(took), [
    'moments',
    '40 s',
    '119 s',
    '2 min',
    '2 h',
    '3 h 5 min',
    '2 h',
  ]);
  const usual = (usual_per_hour) => words.usualWords({ usual_per_hour });
  assert.equal(usual(0), 'At this hour there is usually nothing.');
  assert.equal(usual(0.4), 'At this hour there is usually less than one violation.');
  assert.equal(usual(1.2), 'At this hour 1 violation is usual.');
  assert.equal(usual(61.7), 'At this hour 62 violations are usual.');
  assert.equal(words.bystanderWords({ bystander_violations: 0 }), '');
  assert.match(words.bystanderWords({ bystander_violations: 2 }), /^2 violations .* are not/);
});

test('what was done, most often first', () => {
  const actions = { warning: 1, timeout: 0, kick: 0, ban: 24, other: 0, none: 3 };
  assert.deepEqual(words.actionWords(actions), [
    ['ban', '24 bans'],
    ['none', '3 without an action'],
    ['warning', '1 warning'],
  ]);
});

test('each kind of entry has its words, also one that is not known yet', () => {
  const first = { kind: 'first_action', action: 'other' };
  assert.equal(words.timelineWords(first), 'First other action');
  assert.equal(words.timelineWords({ kind: 'began' }), 'It began');
  assert.equal(words.timelineWords({ kind: 'of_later' }), 'of_later');
});

test('the pace as bars: the highest is as high as the picture, none is invisible', () => {
  const bars = barsOf([0, 1, 0, 500], 120, 50);
  assert.equal(bars.length, 2);
  assert.deepEqual(
    bars.map(([, y, , height]) => [y, height]),
    [
      [48, 2],
      [0, 50],
    ],
  );
  assert.ok(bars.every(([x, , width]) => x >= 0 && x + width <= 120));
  assert.deepEqual([5, 60, 600, 3600, 7200].map(bucketWords), [
    '5 s',
    '1 min',
    '10 min',
    '1 h',
    '2 h',
  ]);
});

test('a mark stands in its bucket, and leads where it says', () => {
  const series = [0, 3600, 7200].map((seconds) => ({ timestamp: later(seconds) }));
  assert.equal(bucketOf(series, later(3599)), 0);
  assert.equal(bucketOf(series, later(3600)), 1);
  assert.equal(bucketOf(series, later(9000)), 2);
  assert.equal(bucketOf(series, later(99_000)), 2); // newer than what was read: never missing
  assert.equal(bucketOf(series, later(-1)), -1);
  const marks = [
    { timestamp: later(30), words: 'alert' },
    { timestamp: later(40), words: 'raid', href: '#incident/a' },
  ];
  assert.equal(hrefAt(0, series, marks), '#incident/a');
  assert.equal(hrefAt(1, series, marks), null);
  assert.equal(hrefAt(null, series, marks), null);
});

test('keys move the crosshair within the chart', () => {
  const moves = [
    ['ArrowLeft', null, 23],
    ['ArrowLeft', 0, 0],
    ['ArrowRight', null, 0],
    ['ArrowRight', 23, 23],
    ['End', 3, 23],
    ['Home', 3, 0],
    ['Escape', 3, null],
    ['x', 3, undefined],
  ];
  for (const [key, from, to] of moves) assert.equal(keyTo(key, from, 23), to, key);
});
