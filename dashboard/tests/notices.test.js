import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import { happens } from './browser.js';

const { keep } = await import('../src/data/reads.js');
const { path } = await import('../src/data/sources.js');
const { state } = await import('../src/data/state.js');
const { hearIncident } = await import('../src/data/incidents.js');
await import('../src/data/sources-later.js');
const { leaveToBar, notices, notified, unread } = await import('../src/sections/notices.js');
const { shownToasts } = await import('../src/ui/toasts.js');

afterEach(() => happens('modwatch:left'));

/** Where a notification with this link leads one with this role, and whether a toast tells of it. */
function heard(role, link) {
  Object.assign(state, { guildId: '1', servers: [{ id: '1', role }] });
  keep(path('notifications'), { notifications: [] });
  const data = { id: `${role} ${link}`, event_type: 'export_ready', title: 'told', link };
  notified({ timestamp: '2026-03-18T10:00:00.000Z', data });
  const [{ href }] = notices();
  return [href, shownToasts().some(({ key }) => key === data.id)];
}

const CASES = [
  ['viewer', '#export/7c1d', '#exports', false],
  ['moderator', '#export/7c1d', '#export/7c1d', true],
  ['moderator', '#audit', '#settings', false],
  ['admin', '#audit', '#audit', true],
  ['viewer', '#alert/3f1d', '#alert/3f1d', true],
  ['viewer', '#schedule/9a1b', '#schedule/9a1b', true],
  ['viewer', null, '#overview', true],
];

for (const [role, link, leads, isSaid] of CASES) {
  test(`a notice of ${link} leads a ${role} to ${leads}`, () => {
    assert.deepEqual(heard(role, link), [leads, isSaid]);
  });
}

test('a raid that the bar tells of is no toast as well, but where a sheet lies over the bar', () => {
  Object.assign(state, { guildId: '2', me: null, servers: [{ id: '2', role: 'viewer' }] });
  keep(path('notifications'), { notifications: [] });
  const now = new Date().toISOString();
  const told = (id) => {
    const data = { id, event_type: 'mass_violations', title: 'Raid', link: '#alert/1' };
    notified({ timestamp: now, data });
    return shownToasts().map(({ key }) => key);
  };
  assert.deepEqual(told('before'), ['before'], 'nothing is known of a raid yet');
  hearIncident({ id: 'raid', started_at: now, ended_at: now, revision: 1 });
  leaveToBar();
  assert.deepEqual(told('during'), []);
  state.sheet = { kind: 'member', id: '7' };
  assert.deepEqual(told('over the bar'), ['over the bar']);
  state.sheet = null;
});

for (const [by, counted] of [
  ['41', 0],
  ['42', 1],
  [null, 1],
]) {
  test(`what ${by ?? 'nobody'} did is ${counted ? 'news' : 'no news'} to 41`, () => {
    Object.assign(state, {
      guildId: '1',
      me: { id: '41' },
      servers: [{ id: '1', role: 'viewer' }],
    });
    keep(path('notifications'), { notifications: [] });
    const data = { id: `by ${by}`, event_type: 'mass_violations', title: 'Acknowledged', by };
    notified({ timestamp: '2026-03-18T10:00:00.000Z', data });
    assert.deepEqual([unread(), shownToasts().length], [counted, counted]);
  });
}
