// What is worked out before it is drawn: charts, the heat grid, rows near the window, paths of reads.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import './browser.js';

const { axisHolds, beyondWords, differ, marksOf, plotted, reading, spansOf } =
  await import('../src/charts/chart-words.js');
const { blocks, cellName } = await import('../src/charts/heat-grid.js');
const { span } = await import('../src/ui/windowed.js');
const { waitMs } = await import('../src/data/live-socket.js');
const { state } = await import('../src/data/state.js');
const { auditPath, path, periodStart, violationsPath, wanted } =
  await import('../src/data/sources.js');
const { keep } = await import('../src/data/reads.js');
const { firstEventLines } = await import('../src/sections/first-event.js');

const series = [
  { timestamp: '2026-01-27T05:00:00Z', messages: 10, violations: 1 },
  { timestamp: '2026-01-27T06:00:00Z', messages: 1, violations: 0 },
];
const marks = [{ timestamp: '2026-01-27T06:59:59Z', words: 'Raid: 12 at once' }];
const plain = (text) => text.replaceAll('\u202f', ' ');

test('a chart without a crosshair says the whole', () => {
  const words = reading({ series, previous: {}, marks, period: 'day', index: null });
  assert.equal(words, '11 messages, 1 violation in all');
});

test('under the crosshair stand the bucket, the one before and what happened in it', () => {
  const previous = { messages: [7, 8] };
  const words = reading({ series, previous, marks, period: 'day', index: 1 });
  assert.equal(
    plain(words),
    'Tue, Jan 27, 01:00 AM to 02:00 AM, so far: 1 message, 0 violations (the day before, all of it, 8 and 0). Raid: 12 at once',
  );
});

test('a mark belongs to the bucket in which it begins', () => {
  assert.deepEqual(marksOf(1, series, marks), marks);
  assert.deepEqual(marksOf(0, series, marks), []);
});

test('marks differ by their time or words', () => {
  assert.ok(!differ(marks, structuredClone(marks)));
  assert.ok(differ(marks, []));
  assert.ok(differ(marks, [{ ...marks[0], words: 'Raid: 13 at once' }]));
});

const START = 1769490000; // of the series, in seconds
const spansAt = (seconds) => spansOf(series, 'day', (START + seconds) * 1000);

test('the axis ends now, within the last bucket', () => {
  assert.deepEqual(spansAt(3600 + 1800), [
    [START, START + 3600],
    [START + 3600, START + 5400],
  ]);
  // Never so narrow that it cannot be seen, nor wider than a bucket once the server is gone.
  assert.equal(spansAt(3600)[1][1], START + 3600 + 900);
  assert.equal(spansAt(86_400)[1][1], START + 7200);
});

test('each value stands in the middle of its bucket, and the one that has only begun by itself', () => {
  const bars = plotted(series, {}, { field: 'messages', kind: 'bars' }, spansAt(5400));
  assert.deepEqual(bars, [
    [START + 1800, START + 4500],
    [10, null],
    [null, null],
    [null, 1],
  ]);
  const line = plotted(
    series,
    { messages: [7, 8] },
    { field: 'messages', kind: 'line' },
    spansAt(0),
  );
  assert.deepEqual(line.slice(1), [
    [10, null],
    [7, 8],
    [10, 1],
  ]);
});

test('the axis holds the period before as well, or it is said how far that goes', () => {
  assert.equal(axisHolds([1, 2], []), 4);
  assert.equal(axisHolds([100, 20], [240]), 240);
  assert.equal(beyondWords([100, 20], [240]), '');
  assert.equal(axisHolds([100, 20], [2400]), 250);
  assert.equal(beyondWords([100, 20], [2400]), ', up to 2,400, beyond the axis');
  assert.equal(beyondWords([100, 20], []), '');
});

test('the heat grid sums the hours of a block', () => {
  const cell = (hour, count) => ({ day_of_week: 1, hour, violation_count: count });
  const heatmap = [cell(3, 1), cell(5, 2), cell(6, 4)];
  assert.equal(blocks(heatmap, 1).flat().length, 7 * 24);
  const rows = blocks(heatmap, 3);
  assert.deepEqual(
    rows[1].slice(0, 3).map(({ hour, value }) => [hour, value]),
    [
      [0, 0],
      [3, 3],
      [6, 4],
    ],
  );
  assert.equal(cellName(rows[1][1]), 'Monday 03:00 to 06:00');
  assert.equal(cellName({ day: 6, hour: 23 }), 'Saturday 23:00 to 00:00');
});

test('of a long list the rows near the window are drawn, of a short one all', () => {
  assert.deepEqual(span(80, -10_000, 40, 800), [0, 80]);
  assert.deepEqual(span(1000, 0, 40, 800), [0, 32]);
  assert.deepEqual(span(1000, -4000, 40, 800), [88, 132]);
  assert.deepEqual(span(1000, -1_000_000, 40, 800), [1000, 1000]);
});

test('a lost connection is tried again after 1 s, twice as long each time up to 60 s', () => {
  assert.deepEqual(
    [1, 2, 3, 9].map((tries) => waitMs(tries, 1)),
    [1000, 2000, 4000, 60_000],
  );
  assert.equal(waitMs(1, 0), 500);
});

test('filters are asked for as the API names them, days as the reader’s own', () => {
  state.guildId = '42';
  Object.assign(state.filters, { severity: 'high', since: '2026-01-02', until: '2026-01-02' });
  const first = new URL(violationsPath(), 'http://x').searchParams;
  assert.deepEqual(Object.fromEntries(first), {
    limit: '25',
    severity: 'high',
    since: '2026-01-02T05:00:00.000Z',
    until: '2026-01-03T05:00:00.000Z',
  });
  assert.match(violationsPath('c'), /^\/servers\/42\/violations\?limit=200&.*cursor=c$/);
  assert.equal(auditPath(), '/servers/42/audit-log?limit=15');
});

test('a link to a list carries the begin of the period that its count is of', () => {
  Object.assign(state, { guildId: '42', period: 'week' });
  assert.equal(periodStart(), '');
  keep(path('metrics'), { time_series: series });
  assert.equal(periodStart(), series[0].timestamp);
  Object.assign(state.filters, { since: periodStart(), until: '' });
  const { searchParams } = new URL(violationsPath(), 'http://x');
  assert.equal(searchParams.get('since'), series[0].timestamp);
  assert.ok(!searchParams.has('until'));
  Object.assign(state.filters, { since: '' });
});

test('what is read is what is near, and what the role may see', () => {
  Object.assign(state, { session: 'in', guildId: '42', period: 'day', near: new Set(['audit']) });
  state.servers = [{ id: '42', role: 'viewer' }];
  assert.ok(!wanted().some((path) => path.includes('audit-log')));
  state.servers[0].role = 'admin';
  assert.ok(wanted().some((path) => path.includes('audit-log')));
  assert.ok(!wanted().some((path) => path.includes('metrics')), 'the day comes with the overview');
  Object.assign(state, { period: 'week', guildId: null });
  assert.deepEqual(wanted(), ['/servers']);
  state.session = 'out';
  assert.deepEqual(wanted(), []);
});

test('the lines that send a first event hold no text that a person wrote', () => {
  const lines = firstEventLines('12$(x)3', 'https://m.test/api/v1/ingest', 'tok"; rm -rf ~');
  assert.equal(lines[0], 'TOKEN=tokrm-rf');
  assert.match(lines[1], /"guild_id":"123"/);
  assert.ok(lines[2].endsWith(' https://m.test/api/v1/ingest'));
});
