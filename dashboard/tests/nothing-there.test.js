import assert from 'node:assert/strict';
import { test } from 'node:test';
import './browser.js';
import { wordsOf } from './drawn.js';
import { serve } from './server.js';

const { keep, startReading } = await import('../src/data/reads.js');
await import('../src/data/sources-later.js');
const { path } = await import('../src/data/sources.js');
const { state } = await import('../src/data/state.js');
const { missing } = await import('../src/sections/missing.js');
const { goneWords } = await import('../src/ui/gone.js');

for (const status of [400, 404, 410]) {
  test(`an address that is answered by ${status} leads to nothing, and that is said`, () =>
    assert.match(
      goneWords({ status }, 'raid'),
      /^There is no raid at this address on this server/,
    ));
}

for (const status of [0, 403, 429, 500, 503]) {
  test(`${status} says nothing of what is there`, () =>
    assert.equal(goneWords({ status }, 'raid'), null));
}

for (const [status, words] of [
  [200, /^There is no channel at this address on this server.*To the channels/],
  [503, /The database is away/],
]) {
  test(`a list is read once more before it is believed, and answers ${status}`, async () => {
    const asked = await serve(() => ({ status, json: { channels: [] } }));
    Object.assign(state, { guildId: String(status), sheet: { kind: 'channel', id: 'gone' } });
    keep(path('channels'), { channels: [] });
    const said = () => wordsOf(missing('channels', 'channel', ['#settings', 'To the channels']));
    const answered = new Promise((changed) =>
      startReading({ wanted: () => [path('channels')], changed }),
    );
    assert.equal(said(), '', 'it may have been made just now');
    await answered;
    assert.match(said(), words);
    assert.equal(said(), said());
    assert.equal(asked.length, 1);
    startReading({ wanted: () => [] });
  });
}
