import assert from 'node:assert/strict';
import { test } from 'node:test';
import './browser.js';

const { placeOf, sidesNamed } = await import('../src/sections/audit-subjects.js');

const PLACES = [
  [{ kind: 'member', id: '41', name: null }, '#member/41'],
  [{ kind: 'incident', id: 'a-1', name: null }, '#incident/a-1'],
  [{ kind: 'channel', id: 'c', name: 'Ops' }, '#channel/c'],
  [{ kind: 'channel', id: 'c', name: null }, null],
  [{ kind: 'token', id: 't', name: 'nightly' }, null],
];

for (const [one, place] of PLACES) {
  test(`${JSON.stringify(one)} is at ${place}`, () => assert.equal(placeOf(one), place));
}

test('who looked after a raid, and who does, are named', () => {
  const [ada, bob] = [
    { kind: 'member', id: '41', name: 'ada' },
    { kind: 'token', id: 't-1', name: 'nightly' },
  ];
  const about = [{ kind: 'incident', id: 'i', name: null }, ada, bob];
  assert.deepEqual(sidesNamed({ before: '', after: '41' }, about), [null, ada]);
  assert.deepEqual(sidesNamed({ before: 't-1', after: '' }, about), [bob, null]);
  assert.deepEqual(sidesNamed({ before: 'token:t-1', after: 'user:41' }, about), [bob, ada]);
  assert.equal(sidesNamed({ before: 'viewer', after: 'admin' }, about), null);
});
