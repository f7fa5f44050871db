import assert from 'node:assert/strict';
import { test } from 'node:test';
import './browser.js';

const { stepped, withTypedId } = await import('../src/ui/combobox-keys.js');

const CLOSED = { open: false, active: -1, count: 3 };
const at = (active, count = 3) => ({ open: true, active, count });
const STEPS = [
  ['ArrowDown', CLOSED, { open: true, active: 0 }],
  ['ArrowUp', { ...CLOSED, count: 0 }, { open: true, active: -1 }],
  ['ArrowDown', at(-1), { open: true, active: 0 }],
  ['ArrowDown', at(2), { open: true, active: 0 }],
  ['ArrowUp', at(-1), { open: true, active: 2 }],
  ['ArrowUp', at(0), { open: true, active: 2 }],
  ['ArrowDown', at(-1, 0), { open: true, active: -1 }],
  ['Enter', at(1), { open: false, active: 1, choose: true }],
  ['Enter', at(-1), null], // sends the form
  ['Enter', CLOSED, null],
  ['Escape', at(1), { open: false, active: -1 }],
  ['Escape', CLOSED, null], // closes what the box lies in
  ['a', at(1), null],
];

for (const [key, from, to] of STEPS) {
  test(`${key} of ${JSON.stringify(from)}`, () => assert.deepEqual(stepped(key, from), to));
}

test('a whole id can be chosen whether or not anybody is known by it', () => {
  const id = '123456789012345678';
  const [typed] = withTypedId([], ` ${id} `, 'person');
  assert.deepEqual(typed, { key: id, label: `The person with the id ${id}` });
  const known = [{ key: id, label: 'ada' }];
  assert.deepEqual(withTypedId(known, id, 'person'), known);
  for (const text of ['ada', '12345', `${id}x`, '']) {
    assert.deepEqual(withTypedId(known, text, 'person'), known, text);
  }
});

document.getElementById = () => null; // nothing is drawn here
const { Combobox } = await import('../src/ui/combobox.js');

/** What the box does of itself when it is clicked. */
function click(box) {
  const { strings, values } = box.draw();
  return values[strings.findIndex((text) => text.endsWith('@click='))]();
}

test('what was looked for before is nobody to choose from once the box is set anew', async () => {
  let found;
  const find = () => new Promise((answer) => (found = answer));
  const box = new Combobox({ id: 'who', noun: 'person', find });
  click(box);
  assert.deepEqual([box.open, box.note], [true, 'Looking']);
  found({ options: [{ key: '1', label: 'Ada' }] });
  await new Promise(setImmediate);
  assert.deepEqual([box.options.length, box.note], [1, '']);
  box.set(null);
  click(box);
  box.set(null); // another server again, before the answer
  found({ options: [{ key: '2', label: 'Bo' }] });
  await new Promise(setImmediate);
  assert.deepEqual([box.open, box.options], [false, []]);
});
