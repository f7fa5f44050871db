// What is said of a failure: of a read, and of a change.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import './browser.js';

const { ApiError, explain, explainChange } = await import('../src/data/api.js');

test('each kind of failure is explained', () => {
  const said = [0, 403, 404, 429, 503].map((status) => explain(new ApiError(status))[0]);
  assert.equal(new Set(said).size, 5);
  const unknown = explain(new ApiError(500, { request_id: 'r9' }));
  assert.deepEqual(unknown, [
    'The server could not answer this.',
    'It tries again by itself. Reference r9.',
  ]);
  assert.equal(
    explainChange(new ApiError(403, { detail: 'owners only' })),
    'Not allowed: owners only.',
  );
  assert.equal(explainChange(new ApiError(409, { detail: 'taken' })), 'Not done: taken.');
  for (const status of [429, 503])
    assert.match(explainChange(new ApiError(status)), /Nothing was changed; please try again\.$/);
  for (const status of [0, 500, 502])
    assert.match(explainChange(new ApiError(status)), /It may have been done all the same: /);
});

test('what is refused within a part is said of that part', () => {
  const errors = { quiet_hours: { end: ['must not be the start'] }, a_b: ['x', 'y'] };
  assert.equal(
    explainChange(new ApiError(422, { errors })),
    'Not saved. quiet hours end: must not be the start; a b: x y.',
  );
});
