// What narrows a list without a field that shows it is named all the same, and can be taken off.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import './browser.js';
import { handlersOf, wordsOf } from './drawn.js';

const { keep } = await import('../src/data/reads.js');
await import('../src/data/sources-later.js');
const { path } = await import('../src/data/sources.js');
const { FILTERS, state } = await import('../src/data/state.js');
const { filters } = await import('../src/sections/filters.js');
const { choose, form, formOf } = await import('../src/sections/export-form.js');
const { timeFields } = await import('../src/sections/export-fields.js');
const { bodyOf, missing, wishAgain } = await import('../src/sections/export-wish.js');

const MOMENT = '2021-01-02T17:30:00Z';
const none = Object.fromEntries(FILTERS.map((name) => [name, '']));
const show = (chosen) => Object.assign(state, { filters: { ...none, ...chosen } });
const takeOff = (drawn) => handlersOf(drawn).at(-1)();

state.guildId = '7';

test('the raid whose violations are listed', () => {
  show({ incident: '5e1f', severity: 'high' });
  assert.match(wordsOf(filters()), /Only one raid Take off : Only one raid$/);
  keep(path('incidents'), { incidents: [{ id: '5e1f', started_at: MOMENT }] });
  assert.match(wordsOf(filters()), /Only the raid of Jan 2, 2021, 12:30 PM Take off/);
  takeOff(filters());
  assert.deepEqual(state.filters, { ...none, severity: 'high' });
  assert.doesNotMatch(wordsOf(filters()), /Only/);
});

test('the moment that a link begins at', () => {
  show({ since: MOMENT });
  assert.match(wordsOf(filters()), /Only from Jan 2, 2021, 12:30 PM/);
  takeOff(filters());
  assert.deepEqual(state.filters, none);
  show({ since: '2021-01-02' });
  assert.doesNotMatch(wordsOf(filters()), /Only/, 'its field shows it');
});

test('the same in the form of an export', () => {
  show({ since: MOMENT });
  formOf('violations');
  choose({ until: '2021-01-02' });
  assert.equal(missing(form.wish), null, 'the day on which it begins');
  assert.match(wordsOf(timeFields(form.wish)), /Only from Jan 2, 2021, 12:30 PM/);
  takeOff(timeFields(form.wish));
  assert.equal(bodyOf(form.wish).from, undefined);
});

test('an export from a moment on is made again from that moment on', () => {
  const made = { export_type: 'violations', filters: {}, from: MOMENT, to: null };
  assert.equal(bodyOf(wishAgain(made)).from, MOMENT);
});
