// Run in New York and in American English, see package.json.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  ago,
  bucketName,
  BUCKET_MS,
  clockTime,
  dateOf,
  exactTime,
  lazily,
  shortTime,
} from '../src/ui/time.js';
import { showIn, shownZone, startOfDay } from '../src/data/zone.js';

const NOW = Date.parse('2026-01-27T12:00:00Z');
const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const plain = (text) => text.replaceAll('\u202f', ' ').replaceAll('\u2009', ' ');

const AGES = [
  [-3 * HOUR, 'now'],
  [0, 'now'],
  [MINUTE - 1, 'now'],
  [MINUTE, '1 min ago'],
  [59 * MINUTE + 59 * SECOND, '59 min ago'],
  [HOUR, '1 h ago'],
  [48 * HOUR - 1, '47 h ago'],
  [48 * HOUR, '2 days ago'],
  [90 * 24 * HOUR, '90 days ago'],
];

for (const [ageMs, words] of AGES) {
  test(`an age of ${ageMs} ms is "${words}"`, () => {
    assert.equal(ago(NOW - ageMs, NOW), words);
    assert.equal(ago(new Date(NOW - ageMs).toISOString(), NOW), words);
  });
}

test('times are in the reader’s zone', () => {
  assert.equal(plain(clockTime('2026-01-27T12:00:05Z')), '07:00:05 AM');
  assert.equal(dateOf('2026-01-27T03:00:00Z'), 'Jan 26, 2026');
  assert.equal(dateOf('2026-01-27T00:00:00Z', 'UTC'), 'Jan 27, 2026', 'but for a day of UTC');
  assert.equal(plain(exactTime('2026-01-27T12:00:05Z')), 'Tue, Jan 27, 2026, 07:00:05 AM EST');
});

test('the year is named unless it is the present one', () => {
  const year = new Date().getFullYear();
  assert.equal(plain(shortTime(`${year}-07-01T16:00:00Z`)), 'Jul 1, 12:00 PM');
  assert.equal(plain(shortTime(`${year - 1}-07-01T16:00:00Z`)), `Jul 1, ${year - 1}, 12:00 PM`);
});

test('a bucket is named by its begin and end, and a day of a month by its date in UTC', () => {
  const start = Date.parse('2026-01-27T05:00:00Z');
  assert.equal(plain(bucketName(start, 'day')), 'Tue, Jan 27, 12:00 AM to 01:00 AM');
  assert.equal(plain(bucketName(start, 'hour')), 'Tue, Jan 27, 12:00 AM to 12:01 AM');
  assert.equal(bucketName(Date.parse('2026-01-27T00:00:00Z'), 'month'), 'Tue, Jan 27');
  assert.equal(BUCKET_MS.week, HOUR);
});

test('a format is made when it is needed, and once', () => {
  let made = 0;
  const format = lazily(() => {
    made += 1;
    return { format: (value) => `<${value}>` };
  });
  assert.equal(made, 0);
  assert.deepEqual([format.format(1), format.format(2), made], ['<1>', '<2>', 1]);
});

/** All times of `take` in this zone. */
function within(zone, take) {
  showIn(zone);
  try {
    take();
  } finally {
    showIn(undefined);
  }
}

test('all times are in the zone that is chosen, also what was shown before', () => {
  const noon = '2026-01-27T12:00:05Z';
  assert.equal(plain(clockTime(noon)), '07:00:05 AM');
  within('Asia/Kolkata', () => {
    assert.equal(plain(clockTime(noon)), '05:30:05 PM');
    assert.match(plain(exactTime(noon)), /05:30:05 PM GMT\+5:30$/);
    assert.match(plain(bucketName(Date.parse(noon), 'day')), /05:30 PM to 06:30 PM$/);
  });
  within('UTC', () => assert.equal(plain(clockTime(noon)), '12:00:05 PM'));
  assert.equal(plain(clockTime(noon)), '07:00:05 AM');
});

test('a panel may keep to a clock of its own', () => {
  const time = `${new Date().getFullYear()}-07-01T16:00:00Z`;
  assert.equal(plain(shortTime(time, 'Europe/Berlin')), 'Jul 1, 06:00 PM');
});

test('a zone that the browser does not know is the reader’s own', () => {
  within('Mars/Olympus', () => assert.equal(shownZone(), undefined));
});

test('a day begins at midnight of the zone that is chosen, through changes of its clock', () => {
  assert.equal(startOfDay('2026-01-02'), '2026-01-02T05:00:00.000Z');
  within('UTC', () => assert.equal(startOfDay('2026-01-02', 1), '2026-01-03T00:00:00.000Z'));
  within('Europe/Berlin', () => {
    assert.equal(startOfDay('2026-03-29'), '2026-03-28T23:00:00.000Z');
    assert.equal(startOfDay('2026-03-29', 1), '2026-03-29T22:00:00.000Z');
    assert.equal(startOfDay('2026-10-25', 1), '2026-10-25T23:00:00.000Z');
  });
  within('Pacific/Auckland', () =>
    assert.equal(startOfDay('2026-01-02'), '2026-01-01T11:00:00.000Z'),
  );
  assert.equal(startOfDay('nonsense'), '');
});
