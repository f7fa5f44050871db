import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { visit } from './browser.js';

visit('https://modwatch.test/?period=week&severity=high&guild=5&q=%25&period=day#people');
const { isOfAddress, keepPlace, keepSection, placeAfterLogin, sheetOfHash, showSection } =
  await import('../src/data/address.js');
const { FILTERS, knownServer, state } = await import('../src/data/state.js');
const { remembered } = await import('../src/data/storage.js');

const begun = structuredClone({ ...state, near: [] });

beforeEach(() => {
  visit('https://modwatch.test/#people');
  const filters = Object.fromEntries(FILTERS.map((name) => [name, '']));
  Object.assign(state, { guildId: null, period: 'day', section: 'overview', sheet: null, filters });
});

test('the first address says what is shown', () => {
  assert.deepEqual([begun.guildId, begun.period], ['5', 'week']);
  assert.equal(begun.filters.severity, 'high');
  assert.equal(begun.filters.q, '%');
  assert.equal(begun.filters.rule, '');
});

test('choices are kept in the address and for the next visit', () => {
  Object.assign(state, { guildId: '42', period: 'month' });
  Object.assign(state.filters, { q: 'a & b', since: '2026-01-02' });
  keepPlace();
  assert.equal(location.search, '?guild=42&period=month&q=a+%26+b&since=2026-01-02');
  assert.equal(location.hash, '#people');
  assert.deepEqual([remembered('guild'), remembered('period')], ['42', 'month']);
});

test('what is usual is not in the address', () => {
  keepPlace();
  assert.equal(location.href, 'https://modwatch.test/#people');
});

test('the hash follows the section, unless a sheet is open or the reader is on the way', () => {
  showSection();
  assert.equal(location.href, 'https://modwatch.test/');
  state.section = 'rules';
  keepSection();
  assert.equal(location.hash, '#rules');
  Object.assign(state, { section: 'time', sheet: { kind: 'more', id: null } });
  keepSection();
  assert.equal(location.hash, '#rules');
  state.sheet = null;
  visit('#happened');
  keepSection();
  assert.equal(location.hash, '#happened');
});

test('a login comes back to the same place, of which too long words are left out', () => {
  const place = '/?guild=5555&severity=high&q=%D1%8F#violations';
  visit(place);
  assert.equal(placeAfterLogin(), place);
  visit('/modwatch/?error=auth_failed&guild=5555#violation/1-2');
  assert.equal(placeAfterLogin(), '/?guild=5555#violation/1-2');
  visit(`/?guild=5555&q=${'x'.repeat(200)}&rule=${'%D1%8F'.repeat(840)}#rules`);
  assert.equal(placeAfterLogin(), '/?guild=5555#rules');
  visit('/');
  assert.equal(placeAfterLogin(), '/');
});

test('the address names a server, or none', () => {
  visit('/?guild=5555');
  assert.deepEqual(
    [isOfAddress('5555'), isOfAddress('1'), isOfAddress(null)],
    [true, false, false],
  );
  visit('/?period=week');
  assert.ok(isOfAddress('1'));
});

const SHEETS = [
  ['#violation/3f0c-9a', { kind: 'violation', id: '3f0c-9a' }],
  ['#member/123', { kind: 'member', id: '123' }],
  ['#incident/3f0c-9a', { kind: 'incident', id: '3f0c-9a' }],
  ['#more', { kind: 'more', id: null }],
  ['#shortcuts', { kind: 'shortcuts', id: null }],
  ['#happened', { kind: 'happened', id: null }],
  ['', null],
  ['#people', null],
  ['#violation/<b>', null],
  ['#violation/a/b', null],
  ['#violations', null],
];
for (const [hash, sheet] of SHEETS) {
  test(`what "${hash}" opens`, () => assert.deepEqual(sheetOfHash(hash), sheet));
}

test('the server shown is the one before, else the preferred, else one with the bot', () => {
  state.servers = [
    { id: '1', bot_present: false },
    { id: '2', bot_present: true },
    { id: '3', bot_present: false },
  ];
  state.guildId = '3';
  assert.equal(knownServer('1'), '3');
  state.guildId = '9';
  assert.equal(knownServer('1'), '1');
  assert.equal(knownServer('8'), '2');
  state.servers = [{ id: '1', bot_present: false }];
  assert.equal(knownServer(), '1');
  state.servers = [];
  assert.equal(knownServer(), null);
});
