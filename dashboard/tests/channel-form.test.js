// Answers that come when the reader is at another channel.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import './browser.js';
import { serve } from './server.js';

await import('../src/data/sources-later.js');
const { state } = await import('../src/data/state.js');
const { form, formOf, sendTest, type } = await import('../src/sections/channel-form.js');

const KIND = { kind: 'webhook', settings: [] };

for (const [id, tested] of [
  ['one', { outcome: 'sent' }],
  ['other', null],
]) {
  test(`what came of the test of one channel, while ${id} is shown`, async () => {
    Object.assign(state, { guildId: '1', me: { id: '41' } });
    await serve(() => {
      formOf(id);
      type('choices', 'name', 'typed meanwhile');
      return { json: { outcome: 'sent' } };
    });
    formOf('one');
    await sendTest({ id: 'one' }, KIND);
    assert.deepEqual(form.tested, tested);
    assert.equal(form.busy, '');
    assert.equal(form.choices.name, 'typed meanwhile');
    formOf('none');
  });
}
