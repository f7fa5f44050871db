"""`python -m benchmarks.live_sockets`: thousands of WebSockets in one epoll loop, counting.

A job on stdin; "ready" on stdout once every socket has what it waits for; after a line on stdin
(how many messages each socket is to get) what came of it. Messages carry `"seq":1,"sent_ns":2`; any
server's text frames will do. Frames of this client are masked with zeros, so nothing is computed.
"""

from __future__ import annotations

import json
import os
import re
import select
import socket
import struct
import sys
import time
from dataclasses import dataclass, field

import msgspec

RECEIVE_BYTES = 65_536
STAMP = re.compile(rb'"seq":(\d+),"sent_ns":(\d+)')
TEXT, CLOSE, PING, PONG = 1, 8, 9, 10
WAIT_SECONDS = 60.0
LATE_SECONDS = 10.0


class Job(msgspec.Struct):
    """`hello` is sent once connected (or in answer to `greeting`); `confirms` says it worked."""

    host: str
    paths: list[str]
    hellos: list[str]
    greeting: str
    confirms: str


class Outcome(msgspec.Struct):
    delivered: int
    expected: int
    out_of_order: int
    closed: int
    p50_ms: float
    p99_ms: float
    longest_ms: float


@dataclass(slots=True)
class Client:
    sock: socket.socket
    hello: bytes
    rest: bytes = b""
    is_ready: bool = False
    got: int = 0
    out_of_order: int = 0
    is_closed: bool = False
    last: bytes = b""
    delays_ns: list[int] = field(default_factory=list)


def masked(opcode: int, payload: bytes) -> bytes:
    size = len(payload)
    if size < 126:
        return struct.pack("!BBI", 0x80 | opcode, 0x80 | size, 0) + payload
    return struct.pack("!BBHI", 0x80 | opcode, 0x80 | 126, size, 0) + payload


def opened(host: str, path: str) -> socket.socket:
    """A WebSocket after its handshake, not waiting any more."""
    name, port = host.rsplit(":", 1)
    sock = socket.create_connection((name, int(port)), timeout=30)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    lines = [f"GET {path} HTTP/1.1", f"Host: {host}", "Upgrade: websocket", "Connection: Upgrade"]
    lines += ["Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA=="]
    sock.sendall("\r\n".join([*lines, "\r\n"]).encode())
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        one = sock.recv(1)  # what follows the head must stay for the loop
        if not one or len(head) > 10_000:
            break
        head += one
    if b" 101 " not in head[:20]:
        raise RuntimeError(f"no WebSocket at {path.split('?')[0]}: {head[:200]!r}")
    sock.setblocking(False)
    return sock


class Loop:
    def __init__(self, job: Job) -> None:
        self._greeting, self._confirms = job.greeting.encode(), job.confirms.encode()
        self._poll = select.epoll()
        self._clients: dict[int, Client] = {}
        for path, hello in zip(job.paths, job.hellos, strict=True):
            client = Client(opened(job.host, path), masked(TEXT, hello.encode()))
            self._clients[client.sock.fileno()] = client
            self._poll.register(client.sock.fileno(), select.EPOLLIN)
            if not job.greeting:
                client.sock.send(client.hello)
            self.turn(0)

    def turn(self, seconds: float) -> None:
        for number, _ in self._poll.poll(seconds, 512):
            client = self._clients[number]
            try:
                data = client.sock.recv(RECEIVE_BYTES)
            except OSError:
                data = b""
            if data:
                self._take(client, client.rest + data, time.monotonic_ns())
            else:
                client.is_closed = True
                self._poll.unregister(number)

    def _take(self, client: Client, data: bytes, now_ns: int) -> None:
        start, end = 0, len(data)
        while end - start >= 2:
            size, head = data[start + 1] & 0x7F, 2
            if size == 126:
                if end - start < 4:
                    break
                size, head = int.from_bytes(data[start + 2 : start + 4], "big"), 4
            elif size == 127:
                if end - start < 10:
                    break
                size, head = int.from_bytes(data[start + 2 : start + 10], "big"), 10
            if end - start < head + size:
                break
            opcode = data[start] & 0x0F
            self._frame(client, opcode, data[start + head : start + head + size], now_ns)
            start += head + size
        client.rest = data[start:]

    def _frame(self, client: Client, opcode: int, payload: bytes, now_ns: int) -> None:
        if opcode == TEXT:
            if found := STAMP.search(payload):
                client.out_of_order += int(found[1]) != client.got
                client.got = int(found[1]) + 1
                client.delays_ns.append(now_ns - int(found[2]))
            elif self._confirms in payload:
                client.is_ready = True
            elif self._greeting and payload.startswith(self._greeting):
                client.sock.send(client.hello)
            elif payload == b"2":  # Engine.IO's own ping
                client.sock.send(masked(TEXT, b"3"))
            client.last = payload[:200]
        elif opcode == CLOSE:
            client.last = b"closed with %d" % int.from_bytes(payload[:2], "big")
        elif opcode == PING:
            client.sock.send(masked(PONG, payload))

    def wait_until_ready(self) -> None:
        deadline = time.monotonic() + WAIT_SECONDS
        while waiting := [one for one in self._clients.values() if not one.is_ready]:
            self.turn(0.1)
            if time.monotonic() > deadline or any(one.is_closed for one in waiting):
                said = [one.last for one in waiting if one.is_closed][:3]
                raise RuntimeError(f"{len(waiting)} sockets were not let in: {said}")

    def run(self) -> Outcome:
        """Receive until stdin says how many there were, and all of these are here (or late)."""
        stdin, expected, deadline = sys.stdin.fileno(), -1, float("inf")
        while expected < 0 or (self._missing(expected) and time.monotonic() < deadline):
            self.turn(0.05)
            if expected < 0 and select.select([stdin], [], [], 0)[0]:
                expected = int(os.read(stdin, 100))
                deadline = time.monotonic() + LATE_SECONDS
        return self._outcome(expected)

    def _missing(self, expected: int) -> bool:
        return any(len(c.delays_ns) < expected for c in self._clients.values() if not c.is_closed)

    def _outcome(self, expected: int) -> Outcome:
        clients = self._clients.values()
        delays = sorted(ns / 1e6 for client in clients for ns in client.delays_ns)
        return Outcome(
            delivered=len(delays),
            expected=expected * len(clients),
            out_of_order=sum(client.out_of_order for client in clients),
            closed=sum(client.is_closed for client in clients),
            p50_ms=delays[len(delays) // 2],
            p99_ms=delays[len(delays) * 99 // 100],
            longest_ms=delays[-1],
        )


def main() -> None:
    job = msgspec.json.decode(sys.stdin.buffer.readline(), type=Job)
    loop = Loop(job)
    loop.wait_until_ready()
    print("ready", flush=True)
    outcome = loop.run()
    print(json.dumps(msgspec.to_builtins(outcome)), flush=True)


if __name__ == "__main__":
    main()
