import assert from 'node:assert/strict';
import { test } from 'node:test';
import './browser.js';

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
