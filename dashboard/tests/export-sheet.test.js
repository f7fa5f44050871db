// The sheet about one export, which is read by itself: the list may not reach so far back.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import './browser.js';
import { wordsOf } from './drawn.js';
import { serve } from './server.js';

const { startReading } = await import('../src/data/reads.js');
await import('../src/data/sources-later.js');
const { path } = await import('../src/data/sources.js');
const { state } = await import('../src/data/state.js');
const { exportSheet } = await import('../src/sections/export-sheet.js');

const MADE = {
  export_type: 'violations',
  format: 'csv',
  mode: 'raw',
  filters: {},
  status: 'expired',
  record_count: 341,
  file_size: null,
  created_by: 'operator',
  created_at: '2026-01-02T05:00:00.000Z',
};

/** What the sheet says of the export `id` once the server has answered. */
async function saidOf(id, answer) {
  const asked = await serve(() => answer);
  const servers = [{ id: '7', role: 'moderator' }];
  Object.assign(state, { guildId: '7', servers, sheet: { kind: 'export', id } });
  const answered = new Promise((changed) =>
    startReading({ wanted: () => [path('export')], changed }),
  );
  assert.equal(wordsOf(exportSheet()), '', 'not yet known');
  await answered;
  startReading({ wanted: () => [] });
  return [wordsOf(exportSheet()), asked.map((each) => each.path)];
}

test('an export is shown by its address, however many came after it', async () => {
  const [words, asked] = await saidOf('0b5e', { json: { ...MADE, id: '0b5e' } });
  assert.match(words, /Violations.*Expired.*341/);
  assert.deepEqual(asked, ['/api/v1/servers/7/export/0b5e']);
});

for (const [status, said] of [
  [404, /^There is no export at this address on this server.*kept for 30 days\. To the exports$/],
  [503, /The database is away/],
]) {
  test(`an answer of ${status}`, async () => {
    assert.match((await saidOf(`1${status}`, { status, json: {} }))[0], said);
  });
}

test('nothing is asked about what is the name of a view, or of none', () => {
  for (const id of ['new', 'violations', 'nonsense', null]) {
    state.sheet = { kind: 'export', id };
    assert.equal(path('export'), false, id);
  }
  assert.match(wordsOf(exportSheet()), /What.*Make the export/);
  state.sheet.id = 'nonsense';
  assert.match(wordsOf(exportSheet()), /^There is no export/);
});
