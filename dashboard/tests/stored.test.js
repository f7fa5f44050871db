// Changes whose answers come while another server is shown.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import './browser.js';
import { serve } from './server.js';

const { keep } = await import('../src/data/reads.js');
await import('../src/data/sources-later.js');
const { path, source } = await import('../src/data/sources.js');
const { state } = await import('../src/data/state.js');
const { beginForm, edit, form, save } = await import('../src/sections/preference-form.js');

/** Show a server whose preferences are known. */
function show(guildId) {
  Object.assign(state, { guildId, me: { id: '41' } });
  keep(path('preferences'), { of: guildId });
  beginForm();
}

test('the answer to a change is of the server it was made in, whichever is shown by then', async () => {
  await serve(() => {
    show('2');
    edit('notification_threshold', 'low');
    return { json: { of: '1, changed' } };
  });
  show('1');
  edit('notification_threshold', 'high');
  await save({ preventDefault() {} });
  assert.deepEqual(source('preferences').data, { of: '2' });
  assert.deepEqual(form.edits, { notification_threshold: 'low' }, 'typed there meanwhile');
  state.guildId = '1';
  assert.deepEqual(source('preferences').data, { of: '1, changed' });
});
