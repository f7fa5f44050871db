"""Whatever happens in whatever order: each event of a guild once, in order, or the client is told.

Real sockets with small buffers, real queues, one stream for several processes: in memory, and on
Valkey, where the stream can also be lost.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from adapters.redis.event_stream import Added, EventStream, LiveEvent, Stream
from adapters.redis.link import RedisLink
from adapters.redis.memory_stream import MemoryStream
from api.live import socket as live_socket
from domain.live import Close
from tests.live.processes import Client, Heard, Process
from tests.parts import examples, until
from tests.servers.valkey import Valkey

GUILDS = (7, 8)
OPS = (
    ["publish"] * 5 + ["hand_on"] * 5 + ["read"] * 4 + ["connect", "subscribe", "subscribe"] * 2
) + ["unsubscribe", "leave", "resume", "resume", "republish", "restart", "drop", "lose"]
MOST_WAITING = 20
METRICS = b'"metrics_update"'
Steps = list[tuple[str, int]]


@pytest.fixture(autouse=True)
def _short_queues(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live_socket, "MOST_WAITING_FRAMES", MOST_WAITING)


class World:
    """Two processes and their clients; what was published, by guild and offset."""

    def __init__(self, stream: Stream, lose: Callable[[], object] | None) -> None:
        self._stream, self._lose_stream = stream, lose
        self.processes = [Process(stream) for _ in range(2)]
        self.clients: list[Client] = []
        self.published: dict[int, list[LiveEvent]] = {guild_id: [] for guild_id in GUILDS}

    def do(self, op: str, number: int) -> None:
        getattr(self, f"_{op}")(number)

    def settle(self) -> None:
        """Everything is handed on, and everybody reads until they have it all or are ended."""
        for process in self.processes:
            process.hand_on(1_000_000)
        for client in self.clients:
            until(lambda client=client: self._is_done(client), 60, "the rest of the events")  # type: ignore[misc]

    def _is_done(self, client: Client) -> bool:
        client.read()
        return client.is_over or all(
            self._has_all(client, guild_id) for guild_id in client.client.guild_ids
        )

    def _has_all(self, client: Client, guild_id: int) -> bool:
        last = client.last(guild_id)
        return last is not None and last.offset >= self._end(guild_id, last.epoch)

    def _end(self, guild_id: int, epoch: str) -> int:
        position = self._stream.last(guild_id)
        return position.offset if position.epoch == epoch else 0

    def _publish(self, number: int) -> None:
        guild_id, random = GUILDS[number % 2], Random(number)
        of_guild = self.published[guild_id]
        new = [_event(guild_id, len(of_guild) + n, random) for n in range(1, random.randint(2, 12))]
        of_guild += new
        self._tell(guild_id, new)

    def _republish(self, number: int) -> None:
        """A publisher that died before it could cross off what it had published."""
        guild_id = GUILDS[number % 2]
        self._stream.add(self.published[guild_id][-1 - number % 5 :])

    def _tell(self, guild_id: int, events: list[LiveEvent]) -> None:
        assert self._stream.add(events) is Added.DONE
        for process in self.processes:
            process.published += len(events)

    def _hand_on(self, number: int) -> None:
        self.processes[number % 2].hand_on(number % 17)

    def _connect(self, number: int) -> None:
        client = Client(self.processes[number % 2])
        self.clients.append(client)
        client.subscribe(GUILDS[number // 2 % 2], None)

    def _of(self, number: int) -> Client | None:
        alive = [client for client in self.clients if not client.is_over]
        return alive[number % len(alive)] if alive else None

    def _read(self, number: int) -> None:
        if client := self._of(number):
            client.read()

    def _subscribe(self, number: int) -> None:
        """Also to what it listens to already, with and without a position."""
        if client := self._of(number):
            guild_id = GUILDS[number % 2]
            client.subscribe(guild_id, client.last(guild_id) if number % 3 else None)

    def _unsubscribe(self, number: int) -> None:
        if client := self._of(number):
            client.unsubscribe(GUILDS[number % 2])

    def _leave(self, number: int) -> None:
        if client := self._of(number):
            client.leave()

    def _resume(self, number: int) -> None:
        """Somebody who is gone comes back, to whichever process."""
        gone = [client for client in self.clients if client.is_over]
        if gone:
            former, client = gone[number % len(gone)], Client(self.processes[number // 2 % 2])
            self.clients.append(client)
            for guild_id in GUILDS:
                if since := former.last(guild_id):
                    client.subscribe(guild_id, since)

    def _restart(self, number: int) -> None:
        """A process ends with all its sockets; what it had heard and not handed on is gone."""
        self.processes[number % 2].end()
        self.processes[number % 2] = Process(self._stream)

    def _drop(self, number: int) -> None:
        """What the erasure of a person does to the stream of a guild."""
        self._stream.drop(GUILDS[number % 2])

    def _lose(self, _: int) -> None:
        if self._lose_stream is not None:
            self._lose_stream()


def _event(guild_id: int, offset: int, random: Random) -> LiveEvent:
    kind = random.choice(["violation", "metrics_update"])
    fill = "x" * random.choice([10, 300, 900])
    body = f'{{"type":"{kind}","timestamp":"t","data":{{"n":{offset},"fill":"{fill}"}}}}'
    return LiveEvent(guild_id, offset, body.encode())


def check(world: World) -> None:
    for client in world.clients:
        assert client.close_code in (None, Close.RESTARTING, Close.TOO_SLOW)
        for place, heard in enumerate(client.subscriptions):
            later = client.subscriptions[place + 1 :]
            of_guild = [one for one in later if one.guild_id == heard.guild_id]
            _check_subscription(heard, world.published[heard.guild_id], of_guild)


def _check_subscription(heard: Heard, published: list[LiveEvent], later: list[Heard]) -> None:
    got = heard.position.offset
    if heard.asked is not None and heard.recovered:
        assert heard.asked.epoch == heard.position.epoch
        got = heard.asked.offset
    # Subscribing again may put older ones into the queue once more.
    updates = [
        position.offset
        for one in later
        for position, message in one.events
        if message["type"] == "metrics_update"
    ]
    for position, message in heard.events:
        assert position.epoch == heard.position.epoch
        assert message["data"]["n"] == position.offset
        assert position.offset > got, "a repeat, or out of order"
        for skipped in published[got : position.offset - 1]:
            assert METRICS in skipped.body, "a gap"
            assert _is_followed(skipped, published) or max(updates, default=0) >= skipped.offset
        got = position.offset


def _is_followed(update: LiveEvent, published: list[LiveEvent]) -> bool:
    return any(METRICS in later.body for later in published[update.offset :])


def play(world: World, steps: Steps) -> None:
    for op, number in steps:
        world.do(op, number)
    world.settle()
    check(world)
    for process in world.processes:
        process.end()
    for client in world.clients:
        until(lambda client=client: _is_over(client), 60, "the end of a client")  # type: ignore[misc]
    assert [len(process.hub) for process in world.processes] == [0, 0]
    assert not any(process.hub.relay.listeners(id) for process in world.processes for id in GUILDS)


def _is_over(client: Client) -> bool:
    client.read()
    return client.is_over


STEPS = st.lists(st.tuples(st.sampled_from(OPS), st.integers(0, 1000)), min_size=5, max_size=60)
REPEATED = settings(
    max_examples=examples(25),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@REPEATED
@given(STEPS)
def test_in_memory(steps: Steps) -> None:
    play(World(MemoryStream(), None), steps)


@pytest.fixture
def link(valkey: Valkey) -> Iterator[RedisLink]:
    made = RedisLink(valkey.url)
    yield made
    made.close()


@REPEATED
@given(steps=STEPS)
def test_on_valkey(valkey: Valkey, link: RedisLink, steps: Steps) -> None:
    with valkey.client() as client:
        client.flushall()
        play(World(EventStream(link), client.flushall), steps)
