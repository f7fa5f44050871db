// What is said when the server is gone, and when: over a connection that answers as it is told.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import { after, mock, test } from 'node:test';
import './browser.js';

const { Live } = await import('../src/data/live-socket.js');
const { ageWords, goneWords } = await import('../src/sections/gone-bar.js');

const OF_THE_PROTOCOL = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';

/** A server of WebSockets; it says `pong` to all that it hears while `answers`. */
async function listening() {
  const it = { answers: true, sockets: [] };
  const server = createServer();
  server.on('upgrade', ({ headers }, socket) => {
    const key = createHash('sha1').update(headers['sec-websocket-key'] + OF_THE_PROTOCOL);
    socket.write(
      `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${key.digest('base64')}\r\n\r\n`,
    );
    it.sockets.push(socket);
    it.connected?.();
    it.say = () => {
      const text = Buffer.from('{"type":"pong"}');
      socket.write(Buffer.concat([Buffer.from([0x81, text.length]), text]));
    };
    socket.on('data', () => it.answers && it.say());
    socket.on('error', () => {});
  });
  await new Promise((ready) => server.listen(0, '127.0.0.1', ready));
  after(() => {
    for (const socket of it.sockets) socket.destroy();
    server.close();
  });
  it.url = `ws://127.0.0.1:${server.address().port}/`;
  return it;
}

test('a server that falls silent is told of, that it answers again, and that it is gone', async () => {
  const server = await listening();
  const heard = [];
  let wanted = null;
  const says = (name) => () => {
    heard.push(name);
    if (name === wanted?.name) wanted.done();
  };
  const next = (name) => new Promise((done) => (wanted = { name, done }));
  const told = Object.fromEntries(['silent', 'answered', 'away'].map((each) => [each, says(each)]));
  const live = new Live(server.url, told, { pingMs: 20, doubtMs: 200 });
  const silent = next('silent');
  server.answers = false;
  live.watch('42');
  await silent;
  const answered = next('answered');
  server.answers = true;
  server.say();
  await answered;
  const away = next('away');
  server.sockets.at(-1).destroy();
  await away;
  live.watch(null);
  assert.deepEqual(heard, ['silent', 'answered', 'away']);
});

test('a login that ended is told, and tried again: another one may have taken its place', async () => {
  const server = await listening();
  const connected = () => new Promise((done) => (server.connected = done));
  const told = mock.fn();
  const silently = { away() {}, silent() {}, answered() {} };
  const live = new Live(server.url, { ...silently, signedOut: told });
  const first = connected();
  live.watch('42');
  await first;
  const second = connected();
  const code = Buffer.from([0x88, 2, 4001 >> 8, 4001 & 0xff]);
  server.sockets.at(-1).end(code);
  await second;
  live.watch(null);
  assert.equal(told.mock.callCount(), 1);
});

test('it is said what is wrong, while there is something to show', () => {
  const data = {};
  assert.equal(goneWords({ data }, 'on'), null);
  assert.equal(goneWords({ data }, 'off'), null);
  assert.equal(goneWords({ data }, 'silent'), 'The server does not answer.');
  assert.equal(goneWords({ data, error: { status: 0 } }, 'off'), 'Modwatch cannot be reached.');
  assert.equal(goneWords({ data, error: { status: 403 } }, 'on'), null);
  assert.equal(goneWords({ data: null, error: { status: 0 } }, 'off'), null);
});

test('what is shown meanwhile is marked with its age', () => {
  assert.deepEqual(
    [0, 12_400, 59_000, 60_000, 3_600_000, -5].map((age) => ageWords(1e12, 1e12 + age)),
    ['0 s ago', '12 s ago', '59 s ago', '1 min ago', '1 h ago', '0 s ago'],
  );
});
