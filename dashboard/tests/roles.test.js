import assert from 'node:assert/strict';
import { test } from 'node:test';
import './browser.js';

const { givable, may, rank, roleChange, ROLES } = await import('../src/data/roles.js');
const { sectionBeside, sections } = await import('../src/shell/sections-list.js');
const { state } = await import('../src/data/state.js');

function be(role) {
  Object.assign(state, { guildId: '1', servers: role ? [{ id: '1', role }] : [] });
}

for (const role of ROLES) {
  test(`what a ${role} may`, () => {
    be(role);
    for (const other of ROLES) assert.equal(may(other), rank(other) <= rank(role), other);
    assert.deepEqual(givable(), ROLES.slice(0, rank(role) + 1));
  });
}

test('without a role nothing is allowed', () => {
  be(null);
  assert.deepEqual([ROLES.filter(may), givable()], [[], []]);
});

test('only admins and above see the audit log', () => {
  be('moderator');
  assert.ok(!sections().some(({ id }) => id === 'audit'));
  be('admin');
  assert.equal(sections().at(-1).id, 'audit');
});

test('the first and the last section are the ends', () => {
  be('moderator');
  assert.equal(sectionBeside('overview', -1), 'overview');
  assert.equal(sectionBeside('overview', 1), 'violations');
  assert.equal(sectionBeside('settings', 1), 'settings');
});

test('a reader is told of another role once, and of nothing else', () => {
  const as = (role) => ({ id: '1', role });
  assert.equal(roleChange(as('admin'), as('viewer'), 'Lab'), 'You are viewer of Lab now.');
  assert.equal(roleChange(as('viewer'), null, 'Lab'), 'You have no role in Lab any more.');
  for (const [was, is] of [
    [null, null],
    [null, as('admin')],
    [as('admin'), { ...as('admin'), name: 'New' }],
  ])
    assert.equal(roleChange(was, is, 'Lab'), null);
});
