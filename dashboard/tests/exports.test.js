// What an export is to be, as the page shows it and as the API takes it; and what is said of one.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import './browser.js';
import { handlersOf, wordsOf } from './drawn.js';

const { bodyOf, missing, wishAgain, wishOfPage, wishOfView } =
  await import('../src/sections/export-wish.js');
const { isView } = await import('../src/sections/export-views.js');
const { filterFields } = await import('../src/sections/export-fields.js');
const { form, formOf } = await import('../src/sections/export-form.js');
const words = await import('../src/sections/export-words.js');
const { showIn } = await import('../src/data/zone.js');
const { FILTERS, state } = await import('../src/data/state.js');

const none = Object.fromEntries(FILTERS.map((name) => [name, '']));
const show = (filters) => Object.assign(state, { filters: { ...none, ...filters } });

test('an export begins with the filters and the period of the panel it is of', () => {
  show({ severity: 'high', q: 'spam' });
  assert.deepEqual(bodyOf(wishOfPage('violations')), {
    export_type: 'violations',
    format: 'csv',
    mode: 'spreadsheet',
    filters: { severity: 'high', q: 'spam' },
  });
  Object.assign(state, { period: 'week', heatPeriod: 'all', warned: { search: '', level: '3' } });
  assert.equal(bodyOf(wishOfPage('metrics')).period, 'week');
  assert.equal(bodyOf(wishOfPage('temporal_analytics')).period, undefined, 'the last 90 days');
  state.heatPeriod = 'month';
  assert.equal(bodyOf(wishOfPage('temporal_analytics')).period, 'month');
  assert.deepEqual(bodyOf(wishOfPage('warnings')).filters, { level: '3' });
  assert.equal(bodyOf(wishOfPage('audit_log')).period, undefined);
});

test('an address names a view, or what is none', () => {
  const ids = ['violations', 'constructor', '__proto__', 'new', '5e1f'];
  assert.deepEqual(ids.map(isView), [true, false, false, false, false]);
});

test('days are the reader’s own, the last one with them', () => {
  show({ since: '2026-01-02', until: '2026-01-02' });
  const { from, to, period } = bodyOf(wishOfPage('violations'));
  assert.deepEqual(
    [from, to, period],
    ['2026-01-02T05:00:00.000Z', '2026-01-03T05:00:00.000Z', undefined],
  );
  show({});
});

test('what is still to be chosen is said', () => {
  const wish = { ...wishOfPage('metrics'), period: 'between' };
  assert.equal(missing({ ...wish, since: '2026-01-02' }), 'Choose the days.');
  assert.equal(missing({ ...wish, since: '2026-01-02', until: '2026-01-02' }), null);
  assert.match(missing({ ...wish, since: '2026-01-02', until: '2026-01-01' }), /before the first/);
  assert.equal(missing({ ...wish, view: 'violations', since: '2026-01-02' }), null, 'an open end');
  assert.equal(missing(wishOfPage('violations')), null);
});

test('only CSV has a mode, and a workbook is not compressed again', () => {
  const wish = { ...wishOfPage('metrics'), gzip: true, mode: 'raw' };
  assert.deepEqual([bodyOf(wish).mode, bodyOf(wish).compression], ['raw', 'gzip']);
  const sheet = bodyOf({ ...wish, format: 'xlsx' });
  assert.deepEqual([sheet.mode, sheet.compression], [undefined, undefined]);
  assert.equal(wishOfView('warnings', { ...wish, format: 'json' }).format, 'json');
  assert.equal(bodyOf(wishOfView('warnings', wish)).period, undefined);
});

test('what was made once can be made again', () => {
  const made = {
    export_type: 'violations',
    format: 'ndjson',
    mode: 'raw',
    compression: 'gzip',
    period: null,
    from: '2026-01-02T05:00:00.000Z',
    to: '2026-01-04T05:00:00.000Z',
    filters: { action: 'ban' },
  };
  const { from, to, filters, compression } = bodyOf(wishAgain(made));
  assert.deepEqual([from, to, filters, compression], [made.from, made.to, made.filters, 'gzip']);
  assert.equal(words.timeWords(made), 'Jan 2, 2026 to Jan 3, 2026');
  assert.equal(words.formatWords(made), 'NDJSON, gzip');
  const metrics = { ...made, export_type: 'metrics', from: null, to: null, filters: {} };
  assert.equal(wishAgain(metrics).period, 'day', 'what the API takes when none is named');
  assert.equal(words.timeWords(metrics), 'Last 24 hours');
});

test('the days of one made before are by the clock that is shown', () => {
  showIn('UTC');
  const days = { from: '2026-01-02T00:00:00.000Z', to: '2026-01-04T00:00:00.000Z' };
  const { from, to } = bodyOf(wishAgain({ export_type: 'violations', filters: {}, ...days }));
  assert.deepEqual({ from, to }, days);
  showIn(undefined);
});

test('sizes and times in words', () => {
  assert.equal(words.sizeWords(1), '1 byte');
  assert.equal(words.sizeWords(999_960), '1 MB');
  assert.equal(words.sizeWords(1_250_000), '1.3 MB');
  assert.equal(words.sizeWords(5e15), '5,000 TB');
  assert.equal(words.etaWords(null), '');
  assert.equal(words.etaWords(0), 'nearly done');
  assert.equal(words.etaWords(1), 'about 1 second to go');
  assert.equal(words.etaWords(150), 'about 3 minutes to go');
  assert.equal(
    words.progressWords({ rows_done: 1200, rows_estimated: 4000, eta_seconds: 7 }),
    '1,200 of 4,000 rows, about 7 seconds to go',
  );
  assert.equal(words.progressWords({ rows_done: 0, rows_estimated: null, eta_seconds: null }), '');
  const storage = { files: 1, bytes: 1500, limit_bytes: 1e10, retention_days: 30 };
  assert.equal(words.storageWords(storage), '1 file, 1.5 KB of 10 GB. Each is kept for 30 days');
});

test('each failure says what to do, and of one that waits what for', () => {
  const said = (code, status = 'failed') =>
    words.whyWords({ status, error_code: code, error: 'as the API says it' });
  for (const code of [
    'disk_full',
    'quota',
    'database_away',
    'erased',
    'lease_lost',
    'too_long',
    'internal',
  ])
    assert.match(said(code), /\. .*\.$|, so the file was deleted\./, code);
  assert.equal(said('cancelled', 'cancelled'), '', 'the state says it');
  assert.equal(said('one_to_come'), 'as the API says it');
  assert.equal(said('quota', 'queued'), 'as the API says it');
  assert.equal(said(null, 'done'), '');
  assert.deepEqual(words.exportState({ status: 'queued', error_code: 'quota' })[1], 'Waits');
  assert.equal(words.exportState({ status: 'done' })[1], 'Ready');
});

test('the raid of a list is a condition that is seen and can be taken off', () => {
  show({ incident: '5e1f', severity: 'high' });
  formOf('violations');
  const drawn = filterFields(form.wish);
  assert.match(wordsOf(drawn), /^Only one raid Take off : Only one raid/);
  assert.deepEqual(bodyOf(form.wish).filters, { incident: '5e1f', severity: 'high' });
  handlersOf(drawn)[0]();
  assert.deepEqual(bodyOf(form.wish).filters, { severity: 'high' });
  assert.doesNotMatch(wordsOf(filterFields(form.wish)), /raid/);
});
