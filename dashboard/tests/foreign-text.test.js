import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isolated, isUnseen, shownText } from '../src/ui/foreign-text.js';
import { memberName } from '../src/ui/words.js';

const FSI = '\u2068';
const PDI = '\u2069';
const UNSEEN = [
  '',
  ' ',
  '\u200b',
  '\u00a0\u3164',
  '\u202e\u2066',
  '\ufeff',
  '\u2800',
  '\u115f\t\u0000',
];
const SEEN = ['a', '\u200ba', '👨\u200d👩', '·', 'שלום', '\u0600', '−'];

for (const text of UNSEEN) {
  test(`${JSON.stringify(text)} is never invisible`, () => {
    assert.ok(isUnseen(text));
    assert.ok(!isUnseen(shownText(text)));
    assert.equal(memberName({ username: text, user_id: '1234567' }), 'Member …234567');
  });
}
for (const text of SEEN) {
  test(`${JSON.stringify(text)} is shown as it is`, () => {
    assert.equal(shownText(text), text);
    assert.equal(isolated(text), FSI + text + PDI);
    assert.equal(memberName({ username: text, user_id: '1' }), text);
  });
}

test('what cannot be seen is named, the first characters of it', () => {
  assert.equal(shownText(''), '(empty)');
  assert.equal(shownText('\u200b'), '(U+200B)');
  assert.equal(shownText('\u200b\u200d \u{e0001}'), '(U+200B U+200D U+0020 …)');
});

/** How deep in isolates a text ends, and how far it leaves what it began in. */
function depths(text) {
  let [depth, least] = [0, 0];
  for (const mark of text) {
    if (/[\u2066-\u2068]/.test(mark)) depth += 1;
    if (mark === PDI) depth -= 1;
    least = Math.min(least, depth);
  }
  return [depth, least];
}

const ESCAPING = [
  'mod\u202e',
  `a${PDI}\u202eb`,
  `${PDI}${PDI}${PDI}`,
  'a\u2066b\u2067c',
  `a\u2066b${PDI}${PDI}c`,
  `${FSI}${FSI}${PDI}x`,
];
for (const text of ESCAPING) {
  test(`${JSON.stringify(text)} does not leave its isolation, or keep it open`, () => {
    assert.deepEqual(depths(isolated(text)), [0, 0]);
    assert.deepEqual(depths(isolated(text).slice(1, -1)), [0, 0]);
    assert.deepEqual(depths(isolated(text.slice(0, 2))), [0, 0]);
  });
}

test('a line break, which would end the isolation, is a space', () => {
  assert.equal(isolated('a\r\n\u202eb\u2029c'), `${FSI}a \u202eb c${PDI}`);
});

test('what balances is kept', () => {
  assert.equal(shownText(`a\u2067b${PDI}c`), `a\u2067b${PDI}c`);
});
