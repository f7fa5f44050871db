import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  brief,
  capital,
  changeWords,
  count,
  decimal,
  duration,
  memberName,
  percent,
  plural,
  pointsWords,
  shares,
  tenth,
} from '../src/ui/words.js';

const SAID = [
  [count(1234567), '1,234,567'],
  [decimal(1 / 3), '0.33'],
  [tenth(2.25), '2.3'],
  [brief(12_345), '12.3K'],
  [percent(33.333), '33.3 %'],
  [percent(0), '0 %'],
  [duration(0), '0 ms'],
  [duration(90.4), '90 ms'],
  [duration(999), '999 ms'],
  [duration(1400), '1.4 s'],
  [duration(99_999), '100 s'],
  [duration(100_000), '1.7 min'],
  [duration(258_000), '4.3 min'],
  [capital('automod'), 'Automod'],
  [capital(''), ''],
  [plural(1, 'violation'), '1 violation'],
  [plural(0, 'violation'), '0 violations'],
  [plural(1200, 'entry', 'entries'), '1,200 entries'],
  [changeWords(112, 100, 'the day before'), '12 % more than the day before'],
  [changeWords(371, 400, 'the day before'), '7.3 % fewer than the day before'],
  [changeWords(0, 4, 'the day before'), '100 % fewer than the day before'],
  [changeWords(7, 7, 'the day before'), 'As many as the day before'],
  [changeWords(100_001, 100_000, 'the day before'), 'As many as the day before'],
  [changeWords(299, 100, 'the day before'), '199 % more than the day before'],
  [changeWords(300, 100, 'the day before'), '3 times as many as the day before'],
  [changeWords(102, 4, 'the day before'), '26 times as many as the day before'],
  [changeWords(1, 0, 'the day before'), 'None the day before'],
  [changeWords(0, 0, 'the day before'), 'None the day before either'],
  [pointsWords(1, 'the week before'), '1 point up on the week before'],
  [pointsWords(-2, 'the week before'), '2 points down on the week before'],
  [pointsWords(0, 'the week before'), 'No change from the week before'],
  [memberName({ username: 'ada', user_id: '1' }), 'ada'],
  [memberName({ username: null, user_id: '123456789012' }), 'Member …789012'],
];

for (const [said, wanted] of SAID) test(wanted || 'no words', () => assert.equal(said, wanted));

test('shares add up to 100, whatever is rounded', () => {
  const sum = (values) => Math.round(10 * values.reduce((total, each) => total + each, 0)) / 10;
  for (const counts of [
    [1, 1, 1],
    [97, 2, 1, 0, 19],
    [1, 2, 3, 5, 7, 11, 13],
    [999, 1],
  ]) {
    const found = shares(counts);
    assert.equal(sum(found), 100, counts);
    counts.forEach((each, at) =>
      assert.ok(Math.abs(found[at] - (100 * each) / sum(counts)) < 0.1, `${counts}: ${found}`),
    );
  }
  assert.deepEqual(shares([1, 1, 1]), [33.4, 33.3, 33.3]);
  assert.deepEqual(shares([0, 0]), [0, 0]);
  assert.deepEqual(shares([]), []);
});
