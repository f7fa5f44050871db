// A small server on a free port of this machine that answers as it is told.
import { createServer } from 'node:http';
import { after } from 'node:test';
import { visit } from './browser.js';

/**
 * Start it and be at its address. `answer(request)` gets `{method, path, headers, body}` and returns
 * `{status = 200, headers = {}, json}`, or a promise of that. All requests are in `asked`.
 */
export async function serve(answer) {
  const asked = [];
  const server = createServer(async (request, response) => {
    const parts = [];
    for await (const part of request) parts.push(part);
    const { method, url, headers } = request;
    const text = Buffer.concat(parts).toString();
    const told = { method, path: url, headers, body: text ? JSON.parse(text) : undefined };
    asked.push(told);
    const { status = 200, headers: given = {}, json } = await answer(told);
    response.writeHead(status, { 'Content-Type': 'application/json', ...given });
    response.end(json === undefined ? undefined : JSON.stringify(json));
  });
  await new Promise((ready) => server.listen(0, '127.0.0.1', ready));
  server.unref();
  after(() => {
    server.closeAllConnections();
    server.close();
  });
  visit(`http://127.0.0.1:${server.address().port}/`);
  return asked;
}
