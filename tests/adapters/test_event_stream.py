"""The streams of live events: each event once, in order, however often and however many."""

from __future__ import annotations

from itertools import islice
from typing import Any

import pytest

from adapters.redis.event_stream import (
    KEPT_BYTES,
    KEPT_EVENTS,
    KEPT_SECONDS,
    LOCK_KEY,
    LOCK_MS,
    Added,
    EventStream,
    LiveEvent,
    stream_key,
)
from adapters.redis.link import RedisLink
from tests.servers.valkey import Valkey

GUILD = 7


def events(offsets: range, size: int = 2) -> list[LiveEvent]:
    return [LiveEvent(GUILD, offset, b'"' + b"x" * (size - 2) + b'"') for offset in offsets]


def offsets(valkey: Valkey) -> list[int]:
    with valkey.client() as client:
        entries: Any = client.xrange(stream_key(GUILD))
    return [int(id.decode().removesuffix("-0")) for id, _ in entries]


@pytest.fixture
def stream(valkey: Valkey) -> EventStream:
    return EventStream(RedisLink(valkey.url))


def test_events_are_added_in_order(stream: EventStream, valkey: Valkey) -> None:
    assert stream.add(events(range(1, 4))) is Added.DONE
    assert stream.add(events(range(4, 6))) is Added.DONE
    assert offsets(valkey) == [1, 2, 3, 4, 5]


def test_what_goes_out_together_is_heard_of_once_and_in_order(stream: EventStream) -> None:
    """More than one call takes, and one guild lies across its border."""
    sent = [
        LiveEvent(guild, offset, b'{"of":"%d %d"}' % (guild, offset))
        for guild in range(1, 6)
        for offset in range(1, 140)
    ]
    listening = stream.listen()
    assert next(listening) is None
    assert stream.add(sent[:100]) is Added.DONE
    assert stream.add(sent) is Added.DONE
    heard = [one for one in islice(listening, len(sent)) if one is not None]
    assert [LiveEvent(one.guild_id, one.position.offset, one.body) for one in heard] == sent
    assert stream.add([LiveEvent(9, 1, b"{}")]) is Added.DONE
    last = next(listening)
    assert last is not None
    assert last.guild_id == 9, "nothing was told twice"
    listening.close()  # type: ignore[attr-defined]


def test_what_is_there_is_not_added_again(stream: EventStream, valkey: Valkey) -> None:
    stream.add(events(range(1, 4)))
    assert stream.add(events(range(1, 4))) is Added.DONE
    assert stream.add(events(range(2, 6))) is Added.DONE
    assert offsets(valkey) == [1, 2, 3, 4, 5]


def test_a_stream_that_was_lost_goes_on_at_its_place(stream: EventStream, valkey: Valkey) -> None:
    stream.add(events(range(1, 4)))
    with valkey.client() as client:
        client.flushall()
    assert stream.add(events(range(4, 6))) is Added.DONE
    assert offsets(valkey) == [4, 5]


def test_old_events_are_let_go(stream: EventStream, valkey: Valkey) -> None:
    for start in range(1, 3_000, 100):
        stream.add(events(range(start, start + 100)))
    kept = offsets(valkey)
    assert KEPT_EVENTS <= len(kept) < 2 * KEPT_EVENTS
    assert kept[-1] == 3_000


def test_the_backlog_of_a_long_outage_goes_out(stream: EventStream, valkey: Valkey) -> None:
    """As much as bots send in forty full requests: in one call Redis would be busy for seconds."""
    assert stream.add(events(range(1, 200_001), size=350)) is Added.DONE
    assert offsets(valkey)[-1] == 200_000


def test_one_publishes_at_a_time(stream: EventStream) -> None:
    def other() -> int:
        assert stream.alone("other", lambda: 1) is None
        return 7

    assert stream.alone("one", other) == 7
    assert stream.alone("other", lambda: 1) == 1


def test_a_publisher_that_fails_lets_others_in(stream: EventStream) -> None:
    with pytest.raises(ZeroDivisionError):
        stream.alone("one", lambda: 1 // 0)
    assert stream.alone("other", lambda: 1) == 1


def test_a_publisher_that_died_keeps_others_out_for_seconds(
    stream: EventStream, valkey: Valkey
) -> None:
    def look() -> int:
        with valkey.client() as client:
            left_ms: Any = client.pttl(LOCK_KEY)
        return int(left_ms)

    left_ms = stream.alone("one", look)
    assert left_ms is not None
    assert 0 < left_ms <= LOCK_MS


def test_a_slow_publisher_does_not_take_the_lock_of_the_next(
    stream: EventStream, valkey: Valkey
) -> None:
    def lose_the_lock() -> int:
        with valkey.client() as client:
            client.set(LOCK_KEY, "another")
        return 1

    stream.alone("one", lose_the_lock)
    with valkey.client() as client:
        assert client.get(LOCK_KEY) == b"another"


def test_without_redis_nothing_is_added(valkey: Valkey) -> None:
    away = EventStream(RedisLink("unix:///nowhere/valkey.sock"))
    assert away.add(events(range(1, 2))) is Added.AWAY
    assert away.alone("one", lambda: 1) == 0


def test_a_stream_keeps_so_many_bytes(stream: EventStream, valkey: Valkey) -> None:
    """As rules of twenty thousand emoji, changed again and again, are 160 KB each time."""
    for offset in range(1, 101):
        stream.add(events(range(offset, offset + 1), size=160_000))
    with valkey.client() as client:
        assert int(client.memory_usage(stream_key(GUILD), samples=0) or 0) < 1.5 * KEPT_BYTES
    kept = offsets(valkey)
    assert kept == list(range(kept[0], 101))
    assert len(kept) >= 3
    stream.add(events(range(101, 3_000)))
    assert len(offsets(valkey)) > 1_000, "small ones are many again"


def test_a_stream_ends_a_day_after_its_last_event_and_keeps_its_place(
    stream: EventStream, valkey: Valkey
) -> None:
    stream.add(events(range(1, 4)))
    before = stream.last(GUILD)
    with valkey.client() as client:
        assert 0 < client.ttl(stream_key(GUILD)) <= KEPT_SECONDS
        client.delete(stream_key(GUILD))
    assert stream.last(GUILD) == before
    assert stream.after(GUILD, 2, 10) == [], "gone: who resumes is told so"
    assert stream.add(events(range(4, 5))) is Added.DONE
    assert offsets(valkey) == [4]
