"""Servers that hand events from Redis to WebSockets: ours, and what it is measured against.

Every side gets the same bytes the same way: published to Redis, one subscription in the server.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial

import msgspec
import redis

from adapters.database import Database
from adapters.redis.event_stream import EventStream, LiveEvent
from adapters.redis.link import RedisLink
from adapters.settings import load_settings
from benchmarks.events import guild_id
from benchmarks.live_load import Events, at_rate, sockets
from benchmarks.live_sockets import Job, Outcome
from benchmarks.node_servers import NodeServer
from benchmarks.stage import Stage, create_tokens
from benchmarks.usage import cpu_seconds, memory_mb, processes_of
from domain.live import MAXIMUM_CONNECTIONS
from services.container import build_parts
from services.live.incarnation import DatabaseIncarnation

SECONDS = 8.0
SETTLE_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Side:
    """`job` opens the sockets; `publish` sends a body to the guild at a place."""

    pids: list[int]
    job: Callable[[], Job]
    publish: Callable[[int, bytes], None]


@dataclass(frozen=True, slots=True)
class Measured:
    outcome: Outcome
    kib_per_socket: float
    cpu_us_per_delivery: float


def measure(made: Stage, side: Side, guilds: int, events_per_second: float) -> Measured:
    """Open the sockets, send events to the guilds in turn, close the sockets."""
    job = side.job()
    before_mb = sum(map(memory_mb, side.pids))
    with sockets(job, made.folder / "sockets.log") as clients:
        time.sleep(SETTLE_SECONDS)
        memory_kib = (sum(map(memory_mb, side.pids)) - before_mb) * 1024
        events = [Events(guild_id(place)) for place in range(guilds)]

        def send(number: int) -> None:
            place = number % guilds
            side.publish(place, events[place].body(number // guilds))

        before_cpu = cpu_seconds(side.pids)
        sent = at_rate(events_per_second, SECONDS, send)
        outcome = clients.finish(sent // guilds)
        cpu_us = (cpu_seconds(side.pids) - before_cpu) * 1e6
    if outcome.delivered != outcome.expected or outcome.out_of_order or outcome.closed:
        raise RuntimeError(f"not everybody got everything: {outcome}")
    return Measured(outcome, memory_kib / len(job.paths), cpu_us / outcome.delivered)


@dataclass(slots=True)
class Modwatch:
    """Events enter at the guild's stream, as the publisher of the outbox has them enter."""

    made: Stage
    tokens: list[str] = field(default_factory=list)
    offsets: Counter[int] = field(default_factory=Counter)

    def side(self, guild_of_sockets: Sequence[int]) -> Side:
        incarnation = DatabaseIncarnation(Database(self.made.database_url))
        stream = EventStream(RedisLink(self.made.redis_url), incarnation)

        def publish(place: int, body: bytes) -> None:
            self.offsets[place] += 1
            stream.add([LiveEvent(guild_id(place), self.offsets[place], body)])

        pids = processes_of(self.made.folder)
        return Side(pids, lambda: self._job(guild_of_sockets), publish)

    def _job(self, guild_of_sockets: Sequence[int]) -> Job:
        """Nobody may have more than MAXIMUM_CONNECTIONS on one guild."""
        people = -(-len(guild_of_sockets) // MAXIMUM_CONNECTIONS)
        if len(self.tokens) < people:
            guilds = [guild_id(place) for place in range(max(guild_of_sockets) + 1)]
            self.tokens = create_tokens(self.made.database_url, "api", guilds, people)
        parts = build_parts(load_settings(self.made.environment))
        tickets = [
            parts.tickets.issue(parts.secrets.seal(f"token {self.tokens[at % people]}"))
            for at in range(len(guild_of_sockets))
        ]
        # Longer than tickets are good for by themselves: so many take their time to come in.
        for ticket in tickets:
            parts.redis.ask(partial(redis.Redis.expire, name=f"ws-ticket:{ticket}", time=600))
        parts.close()
        hellos = [
            msgspec.json.encode({"type": "subscribe", "guild_id": str(guild_id(place))}).decode()
            for place in guild_of_sockets
        ]
        paths = [f"/ws?ticket={ticket}" for ticket in tickets]
        return Job(
            host=_host(self.made.url),
            paths=paths,
            hellos=hellos,
            greeting="",
            confirms='"subscribed"',
        )


def socket_io(made: Stage, server: NodeServer, count: int) -> Side:
    connection = redis.Redis.from_url(made.redis_url)

    def publish(_: int, body: bytes) -> None:
        """What @socket.io/redis-emitter sends."""
        packet = {"type": 2, "data": ["event", msgspec.json.decode(body)], "nsp": "/"}
        options: dict[str, object] = {"rooms": [], "except": [], "flags": {}}
        connection.publish("socket.io#/#", msgspec.msgpack.encode(["bench", packet, options]))

    path = "/socket.io/?EIO=4&transport=websocket"
    job = Job(
        host=_host(server.url),
        paths=[path] * count,
        hellos=["40"] * count,
        greeting="0{",
        confirms="40{",
    )
    return Side([server.pid], lambda: job, publish)


def node_ws(made: Stage, server: NodeServer, count: int) -> Side:
    connection = redis.Redis.from_url(made.redis_url)
    job = Job(
        host=_host(server.url),
        paths=["/"] * count,
        hellos=["hello"] * count,
        greeting="",
        confirms="hello",
    )
    return Side([server.pid], lambda: job, lambda _, body: _send(connection, body))


def _send(connection: redis.Redis, body: bytes) -> None:
    connection.publish("bench", body)


def _host(url: str) -> str:
    return url.removeprefix("http://")
