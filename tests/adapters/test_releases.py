"""Processes of the release before and of this one beside each other: they understand each other.

What the former release says and reads stands here as it was: messages without a version, entries
with a field named `event`, copies of snapshots under plain keys.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from inspect import signature
from typing import Any

import msgspec
import pytest
import redis

from adapters.redis.event_stream import Added, EventStream, LiveEvent, stream_key
from adapters.redis.link import RedisLink
from adapters.redis.snapshot_cache import Announced, SnapshotCache, announced
from adapters.redis.stream_messages import CHANNEL, Published, UnknownMessageError, told
from domain.live import Position
from domain.snapshot import Kind, Snapshot, cache_key
from domain.spans import Span
from domain.task_names import TaskName
from services.live.relay import Relay
from tests.parts import until
from tests.servers.valkey import Valkey
from workers import live, operations, snapshots, users

GUILD = 7
MADE = Snapshot(
    guild_id=GUILD,
    kind=Kind.METRICS,
    span=Span.DAY,
    body=b'{"v":1}',
    version=5,
    as_of_ms=1_000,
    changed_ms=1_000,
    slides_at_ms=None,
    holds_data=True,
)


class Former:
    """What a process of the former release does."""

    def __init__(self, client: redis.Redis) -> None:
        self.client = client

    def publish(self, offset: int, body: bytes) -> None:
        self.client.set("modwatch:epoch", "epoch1", nx=True)
        epoch: Any = self.client.get("modwatch:epoch")
        self.client.xadd(stream_key(GUILD), {"event": body}, id=f"{offset}-0")
        head = f"{GUILD} {epoch.decode()}\n{offset} ".encode()
        self.client.publish("modwatch:events", head + body)

    def read(self) -> list[tuple[int, bytes]]:
        """As it reads a stream for who resumes: one field an entry, whatever its name."""
        entries: Any = self.client.execute_command("XRANGE", stream_key(GUILD), "-", "+")  # type: ignore[no-untyped-call]
        found = []
        for id, fields in entries:
            _, body = fields.items() if len(fields) == 2 else next(iter(fields.items()))
            found.append((int(id.split(b"-")[0]), body))
        return found

    @staticmethod
    def hear(message: bytes) -> list[Published]:
        head, *lines = message.split(b"\n")
        guild_id, epoch = head.split(b" ")
        pairs = [line.split(b" ", 1) for line in lines]
        return [
            Published(int(guild_id), Position(epoch.decode(), int(offset)), body)
            for offset, body in pairs
        ]

    def put(self, made: Snapshot) -> None:
        head = (made.version, made.as_of_ms, made.changed_ms, 0, int(made.holds_data))
        packed = b"%d %d %d %d %d\n" % head + made.body
        self.client.set(cache_key(made.guild_id, made.kind, made.span), packed)
        self.client.publish("modwatch:snapshots", b"[%d]" % made.guild_id)

    def get(self) -> bytes | None:
        found: Any = self.client.get(cache_key(MADE.guild_id, MADE.kind, MADE.span))
        return None if found is None else found


@pytest.fixture
def former(valkey: Valkey) -> Iterator[Former]:
    with valkey.client() as client:
        yield Former(client)


@pytest.fixture
def link(valkey: Valkey) -> Iterator[RedisLink]:
    made = RedisLink(valkey.url)
    yield made
    made.close()


def heard(listening: Iterator[Published | None], count: int) -> list[tuple[int, bytes]]:
    found: list[tuple[int, bytes]] = []
    while len(found) < count:
        event = next(listening)
        if event is not None:
            found.append((event.position.offset, event.body))
    return found


def test_what_a_former_publisher_says_is_heard_and_read(former: Former, link: RedisLink) -> None:
    stream = EventStream(link)
    listening = stream.listen()
    assert next(listening) is None
    former.publish(1, b'{"a":1}')
    assert heard(listening, 1) == [(1, b'{"a":1}')]
    assert stream.add([LiveEvent(GUILD, 1, b'{"a":1}', "stamp")]) is Added.DONE, "it is there"
    assert stream.add([LiveEvent(GUILD, 2, b'{"b":1}', "stamp")]) is Added.DONE
    assert heard(listening, 1) == [(2, b'{"b":1}')]
    former.publish(3, b'{"c":1}')
    assert heard(listening, 1) == [(3, b'{"c":1}')]
    bodies = [b'{"a":1}', b'{"b":1}', b'{"c":1}']
    assert [one.body for one in stream.after(GUILD, 0, 10)] == bodies
    listening.close()  # type: ignore[attr-defined]


def test_a_former_listener_hears_and_reads_what_we_publish(former: Former, link: RedisLink) -> None:
    with former.client.pubsub() as channel:  # type: ignore[no-untyped-call]
        channel.subscribe("modwatch:events")
        assert channel.get_message(timeout=60)["type"] == "subscribe"
        sent = [LiveEvent(GUILD, offset, b'{"a":%d}' % offset, "s") for offset in (1, 2)]
        assert EventStream(link).add(sent) is Added.DONE
        message = channel.get_message(timeout=60)["data"]
    assert [(one.position.offset, one.body) for one in former.hear(message)] == [
        (1, b'{"a":1}'),
        (2, b'{"a":2}'),
    ]
    assert former.read() == [(1, b'{"a":1}'), (2, b'{"a":2}')]


def test_nothing_is_said_twice_where_no_former_process_listens(link: RedisLink) -> None:
    stream = EventStream(link)
    listening = stream.listen()
    assert next(listening) is None
    for offset in range(1, 4):
        stream.add([LiveEvent(GUILD, offset, b"{}")])
    stream.add([LiveEvent(9, 1, b"{}")])
    assert [offset for offset, _ in heard(listening, 4)] == [1, 2, 3, 1]
    listening.close()  # type: ignore[attr-defined]


class _Heard:
    def __init__(self) -> None:
        self.frames: list[bytes] = []

    def push(self, frame: bytes, supersedes: str | None) -> None:
        self.frames.append(frame)

    def end(self, reason: str) -> None:
        self.frames.append(reason.encode())


def test_a_message_of_a_later_release_has_the_stream_read(link: RedisLink) -> None:
    """What it says is not known; that something happened is."""
    with pytest.raises(UnknownMessageError):
        list(told(b"3 7 epoch more\nwhatever"))
    stream, listener = EventStream(link), _Heard()
    relay = Relay(stream)
    relay.subscribe(listener, GUILD, None, lambda _: None)
    listening = stream.listen()
    assert next(listening) is None
    stream.add([LiveEvent(GUILD, 1, b'{"a":1}')])
    assert next(listening) is not None, "not handed on, as if it had never been heard"
    link.ask(lambda client: client.publish(CHANNEL, b"3 7 epoch"))
    assert next(listening) is None
    relay.heard()
    assert len(listener.frames) == 1
    assert b'"a":1' in listener.frames[0]
    listening.close()  # type: ignore[attr-defined]


def test_a_former_process_asks_the_table_for_what_we_made(former: Former, link: RedisLink) -> None:
    former.put(MADE)
    assert SnapshotCache(link).put([replace(MADE, version=6)])
    assert former.get() is None


def test_what_a_former_worker_made_is_not_covered_by_our_copy(
    former: Former, link: RedisLink
) -> None:
    cache = SnapshotCache(link)
    cache.put([MADE])
    with former.client.pubsub() as channel:  # type: ignore[no-untyped-call]
        channel.subscribe("modwatch:snapshots")
        assert channel.get_message(timeout=60)["type"] == "subscribe"
        former.put(replace(MADE, version=6))
        news = announced(channel.get_message(timeout=60)["data"])
        assert news == Announced([GUILD], by_former=True)
        assert cache.drop(news.guild_ids or [])
        assert cache.get(MADE.guild_id, MADE.kind, MADE.span) is None
        cache.announce([GUILD])
        assert msgspec.json.decode(channel.get_message(timeout=60)["data"]) == [GUILD]


def test_an_announcement_of_a_later_release_may_be_of_any_guild() -> None:
    assert announced(b'{"v":3,"guilds":[1]}') == Announced(None)
    assert announced(b"\x00\x01") == Announced(None)


def test_tasks_say_nothing_that_another_release_could_misread() -> None:
    """What is to be done stands in rows; a task that has become another one gets another name."""
    modules = (snapshots, live, users, operations)
    tasks = [one for module in modules for one in vars(module).values() if _is_task(one)]
    assert len(tasks) >= 5
    for task in tasks:
        assert list(signature(task.run).parameters) == [], task.name
        assert task.name in set(TaskName)


def _is_task(one: Any) -> bool:
    found: Callable[[], Any] | None = getattr(one, "run", None)
    return found is not None and hasattr(one, "apply_async")


def test_streams_of_the_former_release_go_on(former: Former, link: RedisLink) -> None:
    """The first process of this one finds no name of a database, and takes what is there."""
    for offset in range(1, 4):
        former.publish(offset, b"{}")
    position = EventStream(link).last(GUILD)
    assert position == Position("epoch1", 3)
    until(lambda: EventStream(link).last(GUILD) == position, 60, "the same for everybody")
