// Socket.IO 4 with its Redis adapter, as its documentation sets it up: hands on what Redis says.
const { createServer } = require('node:http');
const { createAdapter } = require('@socket.io/redis-adapter');
const { createClient } = require('redis');
const { Server } = require('socket.io');

async function main() {
  const publisher = createClient({ socket: { path: process.env.BENCH_REDIS } });
  const subscriber = publisher.duplicate();
  await Promise.all([publisher.connect(), subscriber.connect()]);
  const http = createServer((_, answer) => answer.end('up'));
  new Server(http, {
    adapter: createAdapter(publisher, subscriber),
    perMessageDeflate: false,
    transports: ['websocket'],
  });
  http.listen(Number(process.env.BENCH_PORT), '127.0.0.1', 2048);
}

main();
