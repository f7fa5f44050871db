// Every stored value is among the choices.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import './browser.js';

const { zones } = await import('../src/sections/config-form.js');
const { choices } = await import('../src/ui/words.js');

test('UTC is offered, whichever zone is stored', () => {
  const offered = choices(zones(), 'Europe/Berlin', 'Mars/Olympus_Mons');
  assert.equal(offered[0], 'UTC');
  assert.equal(offered.at(-1), 'Mars/Olympus_Mons');
  assert.equal(offered.filter((zone) => ['UTC', 'Europe/Berlin'].includes(zone)).length, 2);
});

test('what is stored is offered beside what is chosen, each once', () => {
  assert.deepEqual(choices(['a', 'b'], 'old', 'b'), ['a', 'b', 'old']);
  assert.deepEqual(choices(['a', 'b'], '', null), ['a', 'b']);
});
