import assert from 'node:assert/strict';
import { test } from 'node:test';
import './browser.js';

document.querySelectorAll = () => [];
const { placeAt } = await import('../src/ui/places.js');

const SECTIONS = [
  { id: 'overview', top: 130 },
  { id: 'people', top: 900.5 },
  { id: 'rules', top: 2000 },
];

for (const [y, id, offset] of [
  [0, 'overview', -130],
  [130, 'overview', 0],
  [899, 'overview', 769],
  [900, 'people', -0.5],
  [901, 'people', 0.5],
  [1999, 'people', 1098.5],
  [9000, 'rules', 7000],
]) {
  test(`at ${y} stands ${id}, ${offset} further down`, () => {
    assert.deepEqual(placeAt(y, SECTIONS), { id, offset });
  });
}
