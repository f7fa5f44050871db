"""Web processes as far as the relay goes, and clients at the other end of real sockets."""

from __future__ import annotations

import socket
from collections import deque
from contextlib import suppress
from dataclasses import dataclass, field
from threading import Thread
from types import SimpleNamespace
from typing import Any

import orjson
import redis

from adapters.redis.event_stream import Stream
from adapters.redis.link import RedisLink
from adapters.redis.live_limit import LiveLimit
from adapters.redis.stream_messages import Published
from api.live.budgets import Budgets
from api.live.hub import LiveClient, LiveHub
from api.live.socket import LiveSocket, text_frame
from domain.live import Position, parse_position
from services.live.relay import Relay
from tests.parts import JsonObject, until

SMALL_BUFFER = 2048  # bytes; the kernel doubles it, and takes no less than 4,608
TEXT, CLOSE = 1, 8


class Ear:
    """What one process hears of a stream, kept until it is told to hand it on."""

    def __init__(self, stream: Stream) -> None:
        self.heard: deque[Published | None] = deque()
        Thread(target=self._listen, args=(stream,), daemon=True).start()
        until(lambda: bool(self.heard), 60, "a beginning of listening")

    def _listen(self, stream: Stream) -> None:
        with suppress(redis.RedisError):  # its server ends with the test
            for event in stream.listen():
                self.heard.append(event)


class Process:
    """The relay of a web process, on a stream that others share."""

    def __init__(self, stream: Stream) -> None:
        self.stream = stream
        limit = LiveLimit(RedisLink(None), most=1_000_000)
        self.hub = LiveHub(Relay(stream, text_frame), limit)
        self.ear = Ear(stream)
        # Events published since this process began to listen: so many are to be heard.
        self.published = 0
        self.handed_on = 0
        self.hand_on(1, events=False)

    def hand_on(self, most: int, events: bool = True) -> None:
        """Up to `most` of what was heard, or will have been in a moment."""
        due = min(most, self.published - self.handed_on) if events else most
        until(lambda: len(self.ear.heard) >= due, 60, "what was published")
        for _ in range(due):
            event = self.ear.heard.popleft()
            if event is None:
                self.hub.relay.heard()
            else:
                self.hub.relay.deliver(event)
                self.handed_on += 1

    def end(self) -> None:
        self.hub.away()


@dataclass(slots=True)
class Heard:
    """One subscription, from `subscribed` to its end."""

    guild_id: int
    asked: Position | None
    position: Position
    recovered: bool
    events: list[tuple[Position, JsonObject]] = field(default_factory=list)


class Client:
    """Reads when it is told to; what it does not read waits in small buffers, then in queues."""

    def __init__(self, process: Process) -> None:
        self.process = process
        here, there = socket.socketpair()
        there.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SMALL_BUFFER)
        self._sock, self._rest = here, b""
        here.setblocking(False)
        self._server_side: Any = LiveSocket(there)
        ws = SimpleNamespace(pong_received=True)
        self.client = LiveClient(
            ws=ws, out=self._server_side, caller=lambda: None, name="somebody", budgets=Budgets()
        )
        self.is_over = not process.hub.add(self.client)
        self.close_code: int | None = None
        self.subscriptions: list[Heard] = []
        self._asked: dict[int, list[Position | None]] = {}

    def subscribe(self, guild_id: int, since: Position | None) -> None:
        self._asked.setdefault(guild_id, []).append(since)
        assert self.process.hub.subscribe(self.client, guild_id, since)

    def unsubscribe(self, guild_id: int) -> None:
        self.process.hub.unsubscribe(self.client, guild_id)

    def leave(self) -> None:
        """Hang up without a word, as far as this side goes."""
        self.is_over = True
        self.process.hub.remove(self.client)
        self._sock.close()

    def read(self) -> None:
        """All there is at the moment; what is read makes room for more."""
        while not self.is_over:
            try:
                data = self._sock.recv(65_536)
            except BlockingIOError:
                return
            except OSError:
                data = b""
            self._take(self._rest + data)
            if not data:
                self.is_over = True
                self.process.hub.remove(self.client)

    def _take(self, data: bytes) -> None:
        while len(data) >= 2:
            size, head = data[1], 2
            if size == 126:
                size, head = int.from_bytes(data[2:4], "big"), 4
            if len(data) < head + size:
                break
            self._frame(data[0] & 15, data[head : head + size])
            data = data[head + size :]
        self._rest = data

    def _frame(self, opcode: int, payload: bytes) -> None:
        if opcode == CLOSE:
            self.close_code = int.from_bytes(payload[:2], "big")
            return
        assert opcode == TEXT
        message = orjson.loads(payload)
        guild_id = int(message["guild_id"])
        if message["type"] == "subscribed":
            asked = self._asked[guild_id].pop(0)
            position = parse_position(message["position"])
            self.subscriptions.append(Heard(guild_id, asked, position, message["recovered"]))
            return
        heard = next(one for one in reversed(self.subscriptions) if one.guild_id == guild_id)
        heard.events.append((parse_position(message["id"]), message))

    def last(self, guild_id: int) -> Position | None:
        """Where it would resume: behind the last event it has read, or where it was let in."""
        for heard in reversed(self.subscriptions):
            if heard.guild_id == guild_id:
                return heard.events[-1][0] if heard.events else _begin(heard)
        return None


def _begin(heard: Heard) -> Position:
    """Before the first event arrives: what was missed is still to come."""
    return heard.asked if heard.recovered and heard.asked else heard.position
