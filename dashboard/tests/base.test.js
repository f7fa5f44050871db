import assert from 'node:assert/strict';
import { test } from 'node:test';
import { visit } from './browser.js';
import { here, ownAddress } from '../src/data/base.js';

const ELSEWHERE = [
  '/\\evil.example',
  '\\\\evil.example',
  '//evil.example',
  '/\t/evil.example',
  ' //evil.example',
  'https://evil.example/',
  'https://modwatch.test@evil.example/',
  'https://user:word@modwatch.test/',
  'http://modwatch.test:8000/',
  'javascript:alert(1)',
  'data:text/html,x',
  'https://',
];

test('addresses are those below the place of the page', () => {
  visit('https://modwatch.test/?guild=1#people');
  assert.equal(here('api/v1/config'), 'https://modwatch.test/api/v1/config');
  visit('https://modwatch.test/modwatch/?guild=1#people');
  assert.equal(here('api/v1/config'), 'https://modwatch.test/modwatch/api/v1/config');
});

for (const root of ['https://modwatch.test/', 'https://modwatch.test/modwatch/']) {
  test(`a link stays within ${root}`, () => {
    visit(`${root}?guild=1#people`);
    for (const link of ELSEWHERE) assert.equal(ownAddress(link), '#overview', link);
    for (const link of [null, undefined, '', 7]) assert.equal(ownAddress(link), '#overview');
    assert.equal(ownAddress('#violation/abc'), '#violation/abc');
    assert.equal(ownAddress('/?guild=5#rules'), `${root}?guild=5#rules`);
    assert.equal(ownAddress(`${root}?guild=5#rules`), `${root}?guild=5#rules`);
  });
}

test('a link out of the path of this Modwatch is not ours', () => {
  visit('https://modwatch.test/modwatch/');
  assert.equal(ownAddress('https://modwatch.test/other/'), '#overview');
  assert.equal(ownAddress('/../other'), '#overview');
  assert.equal(ownAddress('/modwatch/?guild=5'), 'https://modwatch.test/modwatch/?guild=5');
});
