import assert from 'node:assert/strict';
import { test } from 'node:test';

const { shortened, textDiff } = await import('../src/ui/text-diff.js');

const SIGNS = { same: ' ', removed: '-', added: '+' };
const told = (before, after) => textDiff(before, after).map(({ kind, text }) => SIGNS[kind] + text);

const DIFFS = [
  ['', '', []],
  ['Be kind.', 'Be kind.', [' Be kind.']],
  ['', 'Be kind.', ['+Be kind.']],
  ['Be kind.', '', ['-Be kind.']],
  ['Be kind. No ads.', 'Be kind. No invites.', [' Be kind. No ', '-ads.', '+invites.']],
  ['1. A\n2. B', '1. A\n2. B\n3. C', [' 1. A\n2. B', '+\n3. C']],
  ['x b c', 'b c y', ['-x ', ' b c', '+ y']],
  ['…ends here', '…ends now', [' …ends ', '-here', '+now']],
];

for (const [before, after, parts] of DIFFS) {
  test(`${JSON.stringify(before)} to ${JSON.stringify(after)}`, () =>
    assert.deepEqual(told(before, after), parts));
}

const without = (parts, gone) =>
  parts
    .filter(({ kind }) => kind !== gone)
    .map(({ text }) => text)
    .join('');

/** Texts of few words, by a generator that gives the same ones each time. */
function texts() {
  let seed = 7;
  const next = (most) => (seed = (seed * 48271) % 2147483647) % most;
  const word = () => ['a', 'b', 'c', ' ', '\n', '😀', '\u202e', ' '][next(8)];
  return () => Array.from({ length: next(40) }, word).join('');
}

test('the parts are both texts again, whatever these are', () => {
  const text = texts();
  for (let turn = 0; turn < 300; turn += 1) {
    const [before, after] = [text(), text()];
    const parts = textDiff(before, after);
    assert.equal(without(parts, 'added'), before);
    assert.equal(without(parts, 'removed'), after);
    parts.forEach(({ kind }, at) => assert.notEqual(kind, parts[at + 1]?.kind));
  }
});

test('texts that are too long to be compared are both there', () => {
  const [before, after] = ['a', 'b'].map((word) => `${word} `.repeat(20_000).trim());
  const parts = textDiff(before, after);
  assert.equal(without(parts, 'added'), before);
  assert.equal(without(parts, 'removed'), after);
});

test('of what is the same only what stands beside a change is shown', () => {
  const long = 'x'.repeat(100);
  const parts = shortened(textDiff(`${long} a ${long}`, `${long} b ${long}`));
  const near = 'x'.repeat(79);
  assert.deepEqual(
    parts.map(({ text }) => text),
    [`…${near} `, 'a', 'b', ` ${near}…`],
  );
  const middle = shortened(textDiff(`a ${long} ${long} b`, `c ${long} ${long} d`))[2];
  assert.equal(middle.text, ` ${near}…${near} `);
  assert.deepEqual(shortened([{ kind: 'same', text: 'short' }]), [{ kind: 'same', text: '…' }]);
});
