import assert from 'node:assert/strict';
import { test } from 'node:test';
import './browser.js';

const { changedParts, summary, told } = await import('../src/sections/audit-details.js');
const { inWords } = await import('../src/sections/audit-parts.js');
const { nobodyWords } = await import('../src/sections/audit-words.js');

const SAID = [
  [null, 'none'],
  ['', 'none'],
  [[], 'none'],
  [0, '0'],
  [false, 'no'],
  ['words', 'words'],
  [['a', 'b'], 'a, b'],
  [{ mod_role_id: '42', timezone: null }, 'moderators’ role 42, time zone none'],
  [{ kinds: ['a', { severity_of: 'high' }] }, 'kinds a, severity of high'],
];

for (const [value, words] of SAID) {
  test(`${JSON.stringify(value)} is told as "${words}"`, () => assert.equal(told(value), words));
}

const SUMMARIES = [
  ['a b', 'a b c d', '2 words added'],
  ['a b', 'a c', '1 word added, 1 word removed'],
  ['a', '', '1 word removed'],
  ['a b', 'a  b', 'Only blanks and line breaks changed'],
];

for (const [before, after, words] of SUMMARIES) {
  test(`${before} to ${after}: ${words}`, () => assert.equal(summary(before, after), words));
}

const REPORT = {
  id: 'r-1',
  cadence: 'weekly',
  timezone: 'Europe/Berlin',
  hour: 8,
  minute: 0,
  weekday: 1,
  day: 1,
  name: 'Monday morning',
  export_types: ['violations', 'top_offenders'],
  format: 'xlsx',
  missed_policy: 'run_once',
  when_empty: 'send',
  enabled: true,
};
const SLACK = { id: 'c-1', kind: 'slack' };

test('a planned report is told by what its form calls each part, without an id', () => {
  const delivery = [{ id: 'c-0', kind: 'email' }, SLACK, { ...SLACK, id: 'c-2' }];
  const { after } = inWords('schedules.create', { after: { ...REPORT, delivery } });
  assert.deepEqual(after, {
    name: 'Monday morning',
    runs: 'Mondays at 08:00, Europe/Berlin',
    shows: 'Violations, Offenders',
    file: 'Excel',
    'goes to': ['mail', 'Slack'],
    'when a time was missed': 'Send the latest one',
    'when nothing happened': 'Send it all the same',
    paused: false,
  });
});

test('of a changed report what differs is told, of a new one all but its linked name', () => {
  const { before, after } = inWords('schedules.update', {
    before: REPORT,
    after: { ...REPORT, hour: 9, enabled: false, delivery: [SLACK] },
  });
  assert.deepEqual(changedParts(before, after, []), ['runs', 'paused', 'goes to']);
  const about = [{ kind: 'schedule', id: 'r-1', name: 'Monday morning' }];
  assert.ok(!changedParts(null, after, about).includes('name'));
  assert.ok(changedParts(before, null, about).includes('name'));
});

const ENTRIES = [
  [
    'exports.create',
    {
      id: 'e-1',
      export: {
        export_type: 'violations',
        format: 'csv',
        mode: 'raw',
        from_ms: Date.UTC(2026, 0, 5, 5),
        to_ms: Date.UTC(2026, 0, 7, 5),
        filters: { detection_type: 'ai' },
      },
    },
    {
      id: 'e-1',
      'rows of': 'Violations',
      'of which time': 'Jan 5, 2026 to Jan 6, 2026',
      file: 'CSV, raw',
      filters: 'found by AI',
      by: null,
    },
  ],
  [
    'alerts.snooze',
    { alert_id: 'a', event_type: 'bot_offline', before: 'firing', after: 'snoozed' },
    { alert_id: 'a', of: 'Bot offline', before: 'Firing', after: 'Snoozed' },
  ],
  [
    'deliveries.retry',
    { delivery_id: 'd', before: 'unknown', may_repeat: true },
    { delivery_id: 'd', 'it was': 'May have arrived', may_repeat: true },
  ],
  [
    'channels.update',
    { before: { events: null }, after: { events: ['report_failed', 'newer'] } },
    { before: { events: null }, after: { events: ['Report failed', 'newer'] } },
  ],
  ['violations.export', { filters: { user_id: '7', action: 'ban' } }, { filters: 'action Ban' }],
  ['config.update', { after: { timezone: 'UTC' } }, { after: { timezone: 'UTC' } }],
];

for (const [action, details, words] of ENTRIES) {
  test(`${action} is told in words`, () => assert.deepEqual(inWords(action, details), words));
}

test('what another bot wrote stays as it is', () => {
  for (const details of [{ before: 'a', after: ['b'] }, { export: 'constructor' }, {}]) {
    for (const noun of ['schedules', 'channels', 'exports', 'alerts', 'constructor'])
      assert.deepEqual(
        { by: null, export: null, ...inWords(`${noun}.create`, details) },
        {
          by: null,
          export: null,
          ...details,
        },
      );
  }
});

const NOBODY = [
  ['rules.update', { token_id: 't' }, 'An API token'],
  ['schedules.unsubscribe', { id: 's' }, 'By the link in a mail'],
  ['exports.create', { by: 'operator' }, 'The operator'],
  ['database.restored', { deliveries_cancelled: 0 }, 'The operator'],
  ['ban', 'words of another bot', 'Not known'],
];

for (const [action, details, words] of NOBODY) {
  test(`${action} without a person: ${words}`, () =>
    assert.equal(nobodyWords({ action, details }), words));
}
