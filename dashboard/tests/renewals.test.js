import assert from 'node:assert/strict';
import { test } from 'node:test';
import './browser.js';
import { serve } from './server.js';

const { read, startReading } = await import('../src/data/reads.js');

const asked = await serve(() => ({ json: {} }));
const reading = (wanted) =>
  new Promise((told) => startReading({ wanted: () => wanted, changed: told }));

test('the access log hears what somebody opened, and what the page reads by itself', async () => {
  startReading({ isOurs: (path) => path === '/frame' });
  for (const path of ['/opened', '/frame', '/opened']) {
    read(path).dueAtMs = 0;
    await reading([path]);
  }
  startReading({ wanted: () => [] }); // nothing is read again
  const said = asked.map(({ path, headers }) => [path, headers['modwatch-renewal'] ?? null]);
  assert.deepEqual(said, [
    ['/api/v1/opened', null],
    ['/api/v1/frame', '1'],
    ['/api/v1/opened', '1'],
  ]);
});
