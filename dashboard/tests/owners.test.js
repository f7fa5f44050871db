import assert from 'node:assert/strict';
import { test } from 'node:test';
import './browser.js';
import { serve } from './server.js';

const { openedRows, whatWords } = await import('../src/sections/access-words.js');
const { list } = await import('../src/sections/access-log.js');
const { deviceWords } = await import('../src/sections/device-words.js');
const { erasedWords, mailedWords, stayingWords } = await import('../src/sections/erasing-words.js');
const { usageRows } = await import('../src/sections/usage-words.js');

const READ = [
  ['/api/v1/servers/<guild_id>/metrics', 'Messages and violations over time'],
  ['/api/v1/servers/<guild_id>/violations', 'List of violations'],
  ['/api/v1/servers/<guild_id>/violations/<violation_id>', 'A violation'],
  ['/api/servers/<guild_id>/warnings/<user_id>', 'A member'],
  ['/api/v1/servers/<guild_id>/violations/export', 'Violations as a file'],
  ['/api/v1/servers/<guild_id>/schedules', 'Scheduled reports'],
  ['/api/v1/servers/<guild_id>/schedules/<schedule_id>', 'A report'],
  ['/api/v1/servers/<guild_id>/export/download/<export_id>', 'The file of an export'],
  ['/api/v1/servers/<guild_id>/alerts/<alert_id>/trail', 'An alert'],
  ['/api/v1/servers/<guild_id>/notification-preferences/explain', 'What would be told'],
  ['/api/v1/servers/<guild_id>/of-later', 'Of later'],
];
for (const [route, words] of READ) {
  test(`${route} is "${words}"`, () => assert.equal(whatWords(route), words));
}

test('what was opened is counted, what the page read by itself is named', () => {
  const [hour, reader] = ['2026-01-27T10:00:00Z', 'user:1'];
  const entry = (name, count, renewals, last) => ({
    ...{ hour, reader, count, renewals },
    what: `/api/v1/servers/<guild_id>/${name}`,
    last_at: `2026-01-27T10:${last}:00Z`,
  });
  const rows = openedRows([
    entry('notifications', 60, 60, 59),
    entry('alerts/<alert_id>/trail', 5, 3, 20),
    entry('alerts/<alert_id>', 4, 2, 21),
    entry('alerts', 30, 30, 58),
  ]);
  assert.deepEqual(
    rows.map(({ words, times, byItself, last_at: at }) => [words, times, byItself, at]),
    [
      ['Notifications, Alerts', 0, true, '2026-01-27T10:59:00Z'],
      ['An alert', 2, false, '2026-01-27T10:21:00Z'],
    ],
  );
});

const AGENTS = [
  ['Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0', 'Firefox on Linux'],
  [
    'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1',
    'Safari on iPhone',
  ],
  [
    'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 Safari/537.36 Edg/130.0.0.0',
    'Edge on Windows',
  ],
  ['curl/8.5.0', 'curl/8.5.0'],
  ['', 'Unknown device'],
  ['x'.repeat(500), 'x'.repeat(60)],
];
for (const [agent, words] of AGENTS) {
  test(`${agent.slice(0, 60)} is "${words}"`, () => assert.equal(deviceWords(agent), words));
}

test('what stays of who is erased, and what was done', () => {
  assert.match(stayingWords(0), /^No violation/);
  assert.match(stayingWords(1), /one violation stays/);
  assert.match(stayingWords(12), /12 violations stay/);
  assert.match(mailedWords(1), /mail to 1 address: those cannot/);
  assert.equal(
    erasedWords({ anonymised_violations: 1, mailed_to: 0 }),
    'Erased. 1 violation is anonymous now.',
  );
  assert.match(erasedWords({ anonymised_violations: 2, mailed_to: 3 }), /3 addresses before/);
});

test('usage says how near its limits are', () => {
  const [events, data, tokens] = usageRows({
    events: 400_000,
    events_quota: 500_000,
    stored_bytes: 12_340_000,
    bytes_quota: null,
    tokens: 100,
    tokens_quota: 100,
  });
  assert.deepEqual([events.share, events.tone], [0.8, 'medium']);
  assert.match(data.words, /^12[.,]3 MB, without a limit$/);
  assert.equal(data.share, null);
  assert.match(tokens.words, /used up$/);
  assert.equal(tokens.tone, 'high');
});

test('who looked: page after page of one hour, which stay as the first is read again', async () => {
  const read = (...whats) =>
    whats.map((what) => ({ hour: '2026-01-27T10:00:00Z', reader: 'user:1', what }));
  const page = (cursor, ...whats) => ({ entries: read(...whats), next_cursor: cursor });
  const pages = { a: page('b', 'c'), b: page(null, 'b', 'a') };
  await serve(({ path }) => ({
    json: pages[new URLSearchParams(path.split('?')[1]).get('cursor')],
  }));
  list.take({ path: '/access', data: page('a', 'e', 'd') });
  await list.readOlder();
  await list.readOlder();
  list.take({ path: '/access', data: page('a', 'f', 'e', 'd') });
  assert.equal(list.rows.map(({ what }) => what).join(''), 'fedcba');
});
