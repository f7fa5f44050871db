// What is said of channels: how they are, what a test brought, and what of a form was refused.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import './browser.js';

const { addressOf, because, channelState, reasonWords, refusedFields, testWords, typedSettings } =
  await import('../src/sections/channel-words.js');

const NOW_MS = Date.parse('2026-01-27T09:00:00Z');
const channel = (more) => ({
  enabled: true,
  state: 'ok',
  last_ok_at: null,
  last_failure: null,
  blocked_until: null,
  settings: {},
  ...more,
});

test('how a channel is has a word, a shape and what to do', () => {
  const said = (more) => {
    const { mark, words, why } = channelState(channel(more), NOW_MS);
    return [mark, words, why];
  };
  assert.deepEqual(said({}), ['ok', 'Ready', '']);
  assert.deepEqual(said({ last_ok_at: '2026-01-27T08:00:00Z' }), ['ok', 'Works', '']);
  assert.deepEqual(said({ state: 'broken', last_failure: 'http_404' }), [
    'broken',
    'Broken',
    'the provider answered 404; change it, or enter it anew',
  ]);
  assert.equal(said({ state: 'failing', last_failure: 'timeout' })[1], 'Failing');
  assert.equal(said({ blocked_until: '2026-01-27T09:01:00Z' })[1], 'Waiting');
  assert.equal(said({ blocked_until: '2026-01-27T08:59:00Z' })[1], 'Ready');
  assert.equal(said({ enabled: false, state: 'broken' })[1], 'Off');
});

test('a reason of the API is words', () => {
  assert.equal(reasonWords('http_503'), 'the provider answered 503');
  assert.equal(reasonWords('smtp_recipient_550'), 'smtp recipient 550');
  assert.equal(reasonWords(null), '');
  assert.equal(because({ reason: 'muted', text: 'Messages are muted.' }), 'Messages are muted.');
  assert.equal(
    because({ reason: 'no_such_host', text: 'no such host' }),
    'There is no host of this name.',
  );
});

test('what identifies a channel is its address, its mail addresses or its key', () => {
  assert.equal(
    addressOf(channel({ settings: { thread_id: '7', url: '********Xy7q' } })),
    '********Xy7q',
  );
  assert.equal(
    addressOf(channel({ settings: { addresses: ['a@b.org', 'c@d.org'] } })),
    'a@b.org, c@d.org',
  );
  assert.equal(addressOf(channel({})), '');
});

test('a test says what came of it, the status and how long it took', () => {
  const said = (more) => testWords({ reason: 'sent', http_status: 204, took_ms: 1140, ...more });
  assert.deepEqual(said({ outcome: 'sent' }), ['good', 'It arrived. Status 204 after 1,140 ms.']);
  assert.deepEqual(said({ outcome: 'not_sent', reason: 'no_such_host', http_status: null }), [
    'high',
    'It surely did not arrive: there is no host of this name. After 1,140 ms.',
  ]);
});

test('what was refused of the settings stands at its field', () => {
  assert.deepEqual(refusedFields({ settings: { url: ['must be https'] }, name: ['too', 'long'] }), {
    url: 'must be https',
    name: 'too long',
  });
  assert.deepEqual(refusedFields({ settings: ['is missing'] }), { settings: 'is missing' });
});

const FIELDS = [
  { name: 'url', is_list: false, default: '' },
  { name: 'addresses', is_list: true, default: '' },
  { name: 'region', is_list: false, default: 'us' },
];

test('a new channel takes what was typed and what is usual, a changed one only what was typed', () => {
  const typed = { url: ' https://a.test ', addresses: 'a@b.org, c@d.org\n' };
  const settings = { url: 'https://a.test', addresses: ['a@b.org', 'c@d.org'] };
  assert.deepEqual(typedSettings(FIELDS, typed, true), { ...settings, region: 'us' });
  assert.deepEqual(typedSettings(FIELDS, {}, true), { region: 'us' });
  assert.deepEqual(typedSettings(FIELDS, { url: '' }, false), { url: '' });
});
