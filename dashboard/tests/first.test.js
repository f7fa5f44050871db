import assert from 'node:assert/strict';
import { test } from 'node:test';
import './browser.js';
import { serve } from './server.js';

document.currentScript = { dataset: { again: 'first.js' } };
globalThis.Worker = class {};
const { firstPaths } = await import('../src/data/sources.js');
const { state: shown } = await import('../src/data/state.js');
const nowhere = globalThis.fetch;

/** The page as it comes at an address, with what was kept from the visit before. */
async function loaded(query, kept = {}) {
  const asked = [];
  globalThis.fetch = async (path) => {
    asked.push(path.replace('api/v1', ''));
    return new Response('{}', { headers: { 'Content-Type': 'application/json' } });
  };
  for (const name of ['guild', 'period']) localStorage.removeItem(`modwatch.${name}`);
  for (const [name, value] of Object.entries(kept)) localStorage.setItem(`modwatch.${name}`, value);
  location.search = query;
  await import(`../src/first.js?${query}&${JSON.stringify(kept)}`);
  globalThis.fetch = nowhere;
  return asked;
}

test('nothing is known of a first visit, but who it is is asked', async () => {
  assert.deepEqual(await loaded(''), ['/auth/me', '/servers']);
});

const SERVER = '/servers/a%2F5';
for (const [query, kept, more] of [
  ['?guild=a/5', {}, []],
  ['?guild=a/5&period=day', { period: 'week' }, []],
  ['?guild=a/5&period=year', {}, []],
  ['?guild=a/5', { guild: '6', period: 'week' }, ['week']],
  ['?period=month', { guild: 'a/5', period: 'hour' }, ['month']],
]) {
  test(`the figures of ${query} ${JSON.stringify(kept)} are asked for at once`, async () => {
    const figures = more.flatMap((period) =>
      ['health', 'metrics'].map((each) => `${SERVER}/${each}?period=${period}`),
    );
    const asked = await loaded(query, kept);
    const always = ['overview', 'notifications?limit=50'].map((each) => `${SERVER}/${each}`);
    assert.deepEqual(asked, ['/auth/me', '/servers', ...figures, ...always]);
    const { state } = await import(`../src/data/state.js?${query}&${JSON.stringify(kept)}`);
    assert.equal(state.guildId, 'a/5');
    assert.equal(state.period, more[0] ?? 'day');
    Object.assign(shown, { guildId: state.guildId, period: state.period });
    assert.deepEqual(asked.slice(2).sort(), firstPaths().sort());
  });
}

test('what was asked for is asked for once, and forgotten when the page has begun', async () => {
  const told = await serve(() => ({ json: { late: true } }));
  const early = (number) => Promise.resolve(new Response(JSON.stringify({ number })));
  globalThis.modwatchAsked = new Map([
    ['/auth/me', early(1)],
    ['/servers', early(2)],
  ]);
  const { forgetEarly, send } = await import('../src/data/api.js?begun');
  assert.deepEqual((await send('/auth/me')).data, { number: 1 });
  assert.deepEqual((await send('/auth/me')).data, { late: true });
  forgetEarly();
  assert.deepEqual((await send('/servers')).data, { late: true });
  assert.deepEqual(
    told.map(({ path }) => path),
    ['/api/v1/auth/me', '/api/v1/servers'],
  );
});
