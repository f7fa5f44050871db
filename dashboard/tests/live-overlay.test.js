import assert from 'node:assert/strict';
import { beforeEach, mock, test } from 'node:test';
import './browser.js';

const { fresh, hearHealth, hearMetrics, hearViolation, withHeard } =
  await import('../src/data/live-overlay.js');
const { state } = await import('../src/data/state.js');

const at = (second) => `2026-01-27T12:00:${String(second).padStart(2, '0')}.000Z`;
const hit = (id, second) => ({ id, timestamp: at(second) });
const overview = (...latest) => ({
  as_of: at(30),
  latest_violations: latest,
  metrics: { violations_total: 5, messages_processed: 9 },
  health: { health_score: 90, penalties: {} },
});
const ids = (shown) => shown.latest_violations.map(({ id }) => id);
let guilds = 0;

beforeEach(() => (state.guildId = String((guilds += 1)))); // of which nothing was heard

test('what was read stays as it is while nothing was heard', () => {
  const read = overview(hit('a', 1));
  assert.equal(withHeard(read), read);
  assert.equal(withHeard(null), null);
});

test('a violation heard is on top until the answer has it, and is there once', () => {
  hearViolation(hit('b', 2));
  assert.deepEqual(ids(withHeard(overview(hit('a', 1)))), ['b', 'a']);
  assert.deepEqual(ids(withHeard(overview(hit('b', 2), hit('a', 1)))), ['b', 'a']);
});

test('the newest ten are shown, in the order of their times', () => {
  for (let second = 1; second <= 15; second += 1) hearViolation(hit(`h${second}`, second));
  const shown = ids(withHeard(overview(hit('late', 14), hit('old', 0))));
  assert.deepEqual(shown.slice(0, 4), ['h15', 'h14', 'late', 'h13']);
  assert.equal(shown.length, 10);
});

test('figures heard hold if they are newer than the answer', () => {
  hearMetrics(at(31), { violations_total: 6 });
  hearHealth(at(29), { health_score: 10 });
  const shown = withHeard(overview());
  assert.deepEqual(shown.metrics, { violations_total: 6, messages_processed: 9 });
  assert.equal(shown.health.health_score, 90);
});

test('the chart says the same sum as the figures, and is drawn anew only for a new one', () => {
  const bucket = (messages, violations) => ({ messages, violations });
  const read = overview();
  read.metrics.time_series = [bucket(4, 4), bucket(5, 1)];
  const series = () => withHeard(read).metrics.time_series;
  hearMetrics(at(31), { violations_total: 7, messages_processed: 12 });
  assert.deepEqual(series(), [bucket(4, 4), bucket(8, 3)]);
  assert.equal(series(), series());
  hearMetrics(at(32), { violations_total: 8, messages_processed: 12 });
  assert.deepEqual(series()[1], bucket(8, 4));
  hearMetrics(at(33), { violations_total: 1, messages_processed: 2 }); // an hour went out of the day
  assert.deepEqual(series()[1], bucket(0, 0));
  hearMetrics(at(29), { violations_total: 99 });
  assert.equal(series(), read.metrics.time_series);
});

test('what was heard of one guild is not shown of another', () => {
  hearViolation(hit('b', 2));
  state.guildId = 'another';
  assert.deepEqual(ids(withHeard(overview(hit('a', 1)))), ['a']);
});

test('what just came in is tinted for a moment', () => {
  mock.timers.enable({ apis: ['setTimeout'] });
  hearViolation(hit('tinted', 2));
  assert.ok(fresh.has('tinted'));
  mock.timers.tick(2500);
  assert.ok(!fresh.has('tinted'));
  mock.timers.reset();
});
