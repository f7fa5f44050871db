import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import './browser.js';
import { serve } from './server.js';

const { PagedList } = await import('../src/data/paged.js');

let respond;
const asked = await serve((request) => respond(request));
const rows = (...ids) => ids.map((id) => ({ id }));
const page = (ids, cursor = 'next', total = 99) => ({
  rows: rows(...ids),
  next_cursor: cursor,
  total,
});
const source = (data, path = '/rows') => ({ path, data });
let list;

beforeEach(() => {
  asked.length = 0;
  const isAfter = (row, last) => row.id < last.id; // the newest, with the highest id, first
  list = new PagedList({ field: 'rows', path: (cursor) => `/rows?cursor=${cursor}`, isAfter });
});

const ids = () => list.rows.map(({ id }) => id);

async function older(data) {
  respond = () => ({ json: data });
  await list.readOlder();
}

test('the first page is the list', () => {
  list.take(source(page([9, 8, 7])));
  assert.deepEqual([ids(), list.cursor, list.total], [[9, 8, 7], 'next', 99]);
});

test('older rows follow, each once, until there are none', async () => {
  list.take(source(page([9, 8])));
  await older(page([8, 7, 6], 'more'));
  await older(page([5], null));
  assert.deepEqual(ids(), [9, 8, 7, 6, 5]);
  assert.deepEqual(
    asked.map(({ path }) => path),
    ['/api/v1/rows?cursor=next', '/api/v1/rows?cursor=more'],
  );
  await list.readOlder();
  assert.equal(asked.length, 2);
});

test('new rows go on top of what was read', async () => {
  list.take(source(page([9, 8])));
  await older(page([7, 6], 'more'));
  const renewed = page([11, 10, 9], 'other', 101);
  assert.equal(list.news(renewed), 2);
  list.take(source(renewed));
  assert.deepEqual([ids(), list.cursor, list.total], [[11, 10, 9, 8, 7, 6], 'more', 101]);
  assert.equal(list.news(renewed), 0);
});

test('a row that is gone from the first page is gone from the list', async () => {
  list.take(source(page([9, 8, 7])));
  await older(page([6], 'more'));
  list.take(source(page([9, 7, 6])));
  assert.deepEqual(ids(), [9, 7, 6]);
});

test('where rows between are missing, the list begins anew', async () => {
  list.take(source(page([9, 8])));
  await older(page([7, 6], 'more'));
  list.take(source(page([99, 98], 'far')));
  assert.deepEqual([ids(), list.cursor, list.older], [[99, 98], 'far', false]);
});

test('another path is another list', async () => {
  list.take(source(page([9, 8])));
  await older(page([7], null));
  list.take(source(page([3]), '/others'));
  assert.deepEqual(ids(), [3]);
});

test('an answer for a list that is no longer shown is dropped', async () => {
  list.take(source(page([9, 8])));
  let answer;
  respond = () => new Promise((given) => (answer = given));
  const reading = list.readOlder();
  while (!answer) await new Promise(setImmediate);
  list.take(source(page([3]), '/others'));
  answer({ json: page([7], null) });
  await reading;
  assert.deepEqual([ids(), list.busy], [[3], false]);
});

test('a failure is kept with the list and the next try takes it away', async () => {
  list.take(source(page([9])));
  respond = () => ({ status: 503, json: {} });
  await list.readOlder();
  assert.deepEqual([list.error.status, list.busy, ids()], [503, false, [9]]);
  await older(page([8], null));
  assert.deepEqual([list.error, ids()], [null, [9, 8]]);
});

test('back to the first page alone', async () => {
  list.take(source(page([9, 8])));
  await older(page([7], 'more'));
  list.shorten();
  assert.deepEqual([ids(), list.cursor], [[9, 8], 'next']);
});

test('a row that is over goes, wherever it stands', async () => {
  list.take(source(page([9, 8])));
  await older(page([7, 6], null));
  list.drop({ id: 7 });
  assert.deepEqual(ids(), [9, 8, 6]);
});
