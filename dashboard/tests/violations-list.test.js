import assert from 'node:assert/strict';
import { test } from 'node:test';
import './browser.js';

const { fits, prepend } = await import('../src/sections/violations-list.js');
const { FILTERS } = await import('../src/data/state.js');

const none = Object.fromEntries(FILTERS.map((name) => [name, '']));
const hit = {
  id: '1',
  user_id: '7',
  severity: 'high',
  detection_type: 'ai',
  action: 'ban',
  rule: null,
  reason: 'Free Nitro',
  username: 'Émile',
};
const FITTING = [
  [{}, true],
  [{ severity: 'high', action: 'ban', detection_type: 'ai', user_id: '7' }, true],
  [{ severity: 'low' }, false],
  [{ user_id: '8' }, false],
  [{ q: 'free NITRO' }, true],
  [{ q: 'paid' }, false],
  [{ q: 'émi' }, true],
  [{ rule: 'Free Nitro' }, true],
  [{ rule: 'Free' }, false],
  [{ since: '2020-01-01' }, true],
  [{ until: '2999-01-01' }, false],
  [{ incident: '3f0c-9a' }, false],
];

for (const [filters, wanted] of FITTING) {
  test(`${JSON.stringify(filters)} ${wanted ? 'lets' : 'does not let'} it in`, () => {
    assert.equal(fits(hit, { ...none, ...filters }), wanted);
  });
}

test('a search looks at rule and reason, and not at case or form', () => {
  const ruled = { ...hit, rule: 'Реклама', reason: 'Straße ﬁn' };
  for (const q of ['РЕКЛАМА', 'реклама', 'STRASSE', 'FIN', 'ｓｔｒａ']) {
    assert.ok(fits(ruled, { ...none, q }), q);
  }
  assert.ok(!fits(ruled, { ...none, q: 'nitro' }));
});

test('a rule counts before its reason', () => {
  const ruled = { ...hit, rule: 'Scams' };
  assert.ok(fits(ruled, { ...none, rule: 'Scams' }));
  assert.ok(!fits(ruled, { ...none, rule: 'Free Nitro' }));
});

const page = (count) => ({
  violations: Array.from({ length: count }, (_, at) => ({ id: `v${at}` })),
  total: count,
  next_cursor: 'next',
});

test('a live violation goes on top, once', () => {
  const grown = prepend(page(2), hit);
  assert.deepEqual(
    grown.violations.map(({ id }) => id),
    ['1', 'v0', 'v1'],
  );
  assert.deepEqual([grown.total, grown.next_cursor], [3, 'next']);
  assert.equal(prepend(grown, hit), grown);
});

test('a page that is cut has no way on until it is read again', () => {
  const grown = prepend(page(500), hit);
  assert.deepEqual([grown.violations.length, grown.total, grown.next_cursor], [500, 501, null]);
});
