import assert from 'node:assert/strict';
import { test } from 'node:test';
import './browser.js';

const { filterOfRule, learnRules, nameOfRule } = await import('../src/data/rule-names.js');
const { fits } = await import('../src/sections/violations-list.js');
const { violationsPath } = await import('../src/data/sources.js');
const { keepPlace, placeAfterLogin } = await import('../src/data/address.js');
const { FILTERS, state } = await import('../src/data/state.js');

const MOST_BYTES = 2048;
const KEY = '9b1f2a7c40d35e68';
const LONG = 'Щ'.repeat(840);

learnRules([
  { rule_name: 'Spam', rule_hash: '0000000000000001' },
  { rule_name: LONG, rule_hash: KEY },
  { rule_name: 'of a snapshot made before there were keys' },
]);

test('a short rule is named, a long one by its key', () => {
  assert.deepEqual(filterOfRule('Spam'), { rule: 'Spam', rule_hash: '' });
  assert.deepEqual(filterOfRule(LONG), { rule: '', rule_hash: KEY });
  assert.deepEqual(filterOfRule(''), { rule: '', rule_hash: '' });
  assert.equal(nameOfRule(KEY), LONG);
  assert.equal(nameOfRule('ffffffffffffffff'), null);
});

test('no address passes 2 KB', () => {
  Object.assign(state, { guildId: '1'.repeat(20), period: 'month' });
  for (const name of FILTERS) state.filters[name] = 'x'.repeat(20);
  Object.assign(state.filters, { q: '漢'.repeat(150), since: '2026-01-27', until: '2026-01-27' });
  Object.assign(state.filters, filterOfRule(LONG));
  keepPlace();
  for (const address of [location.href, violationsPath('c'.repeat(100))]) {
    assert.ok(address.length < MOST_BYTES, `${address.length} bytes`);
    assert.ok(address.includes(`rule_hash=${KEY}`));
  }
  assert.ok(placeAfterLogin().length <= 1500);
});

test('what comes live fits a rule by its key, once that has a name', () => {
  const none = Object.fromEntries(FILTERS.map((name) => [name, '']));
  const hit = { rule: null, reason: LONG, severity: 'low' };
  assert.ok(fits(hit, { ...none, rule_hash: KEY }));
  assert.ok(!fits({ ...hit, rule: 'Spam' }, { ...none, rule_hash: KEY }));
  assert.ok(!fits(hit, { ...none, rule_hash: 'ffffffffffffffff' }));
});
