// Node's `ws`: one Redis subscription, every message to every socket.
const { createServer } = require('node:http');
const { createClient } = require('redis');
const { WebSocketServer } = require('ws');

async function main() {
  const subscriber = createClient({ socket: { path: process.env.BENCH_REDIS } });
  await subscriber.connect();
  const http = createServer((_, answer) => answer.end('up'));
  const server = new WebSocketServer({ server: http, perMessageDeflate: false });
  server.on('connection', (socket) => socket.on('message', (hello) => socket.send(String(hello))));
  await subscriber.subscribe('bench', (message) => {
    const bytes = Buffer.from(message);
    for (const socket of server.clients) socket.send(bytes, { binary: false });
  });
  http.listen(Number(process.env.BENCH_PORT), '127.0.0.1', 2048);
}

main();
