// What the styles promise to whom.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';

const folder = new URL('../src/styles/', import.meta.url);

for (const name of readdirSync(folder)) {
  test(`${name}: what a finger touched does not look as if it was pointed at`, () => {
    const lines = readFileSync(new URL(name, folder), 'utf8').split('\n');
    const bare = lines.filter((line) => /^(?!.*@media \(hover: hover\)).*:hover/.test(line));
    assert.deepEqual(bare, []);
  });
}
