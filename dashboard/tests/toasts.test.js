import assert from 'node:assert/strict';
import { afterEach, beforeEach, mock, test } from 'node:test';
import { happens } from './browser.js';

const { actOnNewest, say, shownToasts, unsay } = await import('../src/ui/toasts.js');

const words = () => shownToasts().map((toast) => toast.words);

beforeEach(() => mock.timers.enable({ apis: ['setTimeout'] }));
afterEach(() => {
  happens('modwatch:left');
  mock.timers.reset();
});

test('a toast goes by itself after 5 s, or when it is told to', () => {
  say({ words: 'short' });
  say({ words: 'long', shownMs: 10_000 });
  const withdraw = say({ words: 'withdrawn' });
  withdraw();
  withdraw();
  assert.deepEqual(words(), ['short', 'long']);
  mock.timers.tick(5000);
  assert.deepEqual(words(), ['long']);
  mock.timers.tick(5000);
  assert.deepEqual(words(), []);
});

test('a raid does not bury the page: the oldest makes place', () => {
  for (let at = 0; at < 8; at += 1) say({ words: `raid ${at}` });
  assert.deepEqual(words(), ['raid 5', 'raid 6', 'raid 7']);
});

test('what can still be undone is not pushed out', () => {
  say({ words: 'undo me', action: { word: 'Undo', run() {} } });
  for (let at = 0; at < 8; at += 1) say({ words: `raid ${at}` });
  assert.deepEqual(words(), ['undo me', 'raid 6', 'raid 7']);
});

test('what was said to one reader is not for the next', () => {
  say({ words: 'for Ada' });
  happens('modwatch:left');
  assert.deepEqual(words(), []);
});

test('what counts up stands in its place, and does not come back once it was taken away', () => {
  say({ key: 'burst', words: '4 violations' });
  say({ words: 'other' });
  say({ key: 'burst', words: '9 violations' });
  assert.deepEqual(words(), ['9 violations', 'other']);
  unsay(['burst']);
  say({ key: 'burst', words: '12 violations' });
  assert.deepEqual(words(), ['other']);
});

test('what is pointed at or has the focus stays, with its time anew after that', () => {
  const over = mock.fn();
  say({ words: 'look', over });
  mock.method(document, 'getElementById', () => ({ matches: () => true }));
  mock.timers.tick(5000);
  mock.timers.tick(5000);
  assert.deepEqual([words(), over.mock.callCount()], [['look'], 0]);
  document.getElementById.mock.restore();
  mock.timers.tick(5000);
  assert.deepEqual([words(), over.mock.callCount()], [[], 1]);
});

for (const [hovers, left] of [
  [true, ['touched']],
  [false, []],
]) {
  test(`a touched toast ${hovers ? 'under a pointer stays' : 'goes where nothing can point'}`, () => {
    mock.method(globalThis, 'matchMedia', () => ({ matches: hovers }));
    const touched = { matches: (asked) => asked.includes(':hover') };
    mock.method(document, 'getElementById', () => touched);
    say({ words: 'touched' });
    mock.timers.tick(5000);
    assert.deepEqual(words(), left);
    mock.restoreAll();
  });
}

test('a key does what the newest offers, if one does', () => {
  const done = [];
  const offer = (name) =>
    say({ words: name, action: { word: 'Undo', run: () => done.push(name) } });
  offer('first');
  offer('second');
  say({ words: 'nothing to do' });
  assert.deepEqual([actOnNewest(), actOnNewest(), actOnNewest()], [true, true, false]);
  assert.deepEqual([done, words()], [['second', 'first'], ['nothing to do']]);
});
