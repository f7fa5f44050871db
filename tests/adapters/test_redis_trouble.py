"""A Redis that is there and says no: told apart from one that is away, and survived."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

import pytest
import redis

from adapters.redis.cache_aside import CacheAside
from adapters.redis.event_stream import Added, EventStream, LiveEvent
from adapters.redis.link import (
    RedisAwayError,
    RedisLink,
    RedisMistakeError,
    RedisRefusedError,
)
from adapters.redis.live_limit import LiveLimit
from adapters.redis.snapshot_cache import SnapshotCache
from adapters.redis.task_queue import TaskQueue
from adapters.redis.ws_tickets import WsTickets
from domain.snapshot import Kind, Snapshot
from domain.spans import Span
from domain.task_names import TaskName
from tests.servers.valkey import Valkey

KEY = "lock:trouble"


@contextmanager
def full(valkey: Valkey) -> Iterator[None]:
    """Its memory is used up."""
    with valkey.client() as client:
        client.config_set("maxmemory", 1)
        try:
            yield
        finally:
            client.config_set("maxmemory", 0)


@contextmanager
def replica(valkey: Valkey) -> Iterator[None]:
    """As after a failover, when the address still leads to what was the primary."""
    with valkey.client() as client:
        client.replicaof("127.0.0.1", 1)
        try:
            yield
        finally:
            client.replicaof("NO", "ONE")


@pytest.fixture(params=[full, replica])
def refusing(request: pytest.FixtureRequest, valkey: Valkey) -> Iterator[RedisLink]:
    """A link to a server that takes no writes; events and a copy are in it from before."""
    link = RedisLink(valkey.url)
    EventStream(link).add([LiveEvent(7, 1, b'{"a":1}')])
    link.ask(lambda client: client.set("there", "before"))
    trouble: Callable[[Valkey], AbstractContextManager[None]] = request.param
    with trouble(valkey):
        yield link
    link.close()


def snapshot(version: int) -> Snapshot:
    return Snapshot(
        guild_id=7,
        kind=Kind.METRICS,
        span=Span.DAY,
        body=b'{"v":1}',
        version=version,
        as_of_ms=1,
        changed_ms=1,
        slides_at_ms=None,
        holds_data=True,
    )


def test_a_refused_write_is_no_absence(refusing: RedisLink) -> None:
    with pytest.raises(RedisRefusedError):
        refusing.run(lambda client: client.set("a", 1))
    with pytest.raises(RedisRefusedError):
        refusing.probe()
    assert not refusing.is_away
    assert refusing.ask(lambda client: client.get("there")) == b"before"


def test_what_is_read_from_streams_goes_on(refusing: RedisLink) -> None:
    stream = EventStream(refusing)
    assert stream.last(7).offset == 1
    assert [one.body for one in stream.after(7, 0, 10)] == [b'{"a":1}']
    assert stream.add([LiveEvent(7, 2, b"{}")]) is Added.AWAY
    assert stream.alone("one", lambda: 1) == 0, "nobody is said to be at it"


def test_nothing_waits_for_a_lock_that_nobody_has(refusing: RedisLink, valkey: Valkey) -> None:
    """It took the five seconds of the lock, for each reader of a config."""
    values = CacheAside(refusing)
    with valkey.client() as client:
        before = client.info("commandstats")["cmdstat_get"]["calls"]
        assert values.get_or_compute("config:7", 1000, lambda: b"computed") == b"computed"
        after = client.info("commandstats")["cmdstat_get"]["calls"]
    assert after <= before + 2, "looked for it once, and for the lock once when it was to be stored"


def test_tickets_and_limits_are_those_of_this_process(refusing: RedisLink) -> None:
    tickets = WsTickets(refusing)
    assert tickets.redeem(tickets.issue("sealed")) == "sealed"
    assert LiveLimit(refusing).enter("ada", 7, object())


def test_no_task_is_sent_and_nobody_fails(refusing: RedisLink) -> None:
    queue = TaskQueue(refusing)
    assert not queue.enqueue(TaskName.SWEEP)
    queue.wake_materialiser()
    queue.materialiser_woke()


def test_a_full_server_lets_older_snapshots_go(valkey: Valkey) -> None:
    """It does not take the new one: then the table is asked, and not an older copy."""
    link = RedisLink(valkey.url)
    cache = SnapshotCache(link)
    assert cache.put([snapshot(1)])
    with full(valkey):
        assert cache.put([snapshot(2)])
        assert cache.get(7, Kind.METRICS, Span.DAY) is None
    assert cache.put([snapshot(2)])
    with replica(valkey):
        assert not cache.put([snapshot(3)]), "the older copy is still there: not done"
    link.close()


def test_a_mistake_concerns_one_command(valkey: Valkey) -> None:
    link = RedisLink(valkey.url)
    with pytest.raises(RedisMistakeError):
        link.run(lambda client: (client.set("text", 1), client.lpush("text", 1)))
    assert not link.is_away
    assert link.ping()
    link.close()


def test_a_server_that_is_not_there_is_away() -> None:
    link = RedisLink("unix:///nowhere/valkey.sock")
    with pytest.raises(RedisAwayError):
        link.run(lambda client: client.ping())
    assert link.is_away


def test_a_claim_of_a_clock_that_was_set_back_is_nobodys(valkey: Valkey) -> None:
    link = RedisLink(valkey.url)
    assert link.claim(KEY, "one", 5_000)
    assert not link.claim(KEY, "two", 5_000)
    with valkey.client() as client:
        client.pexpire(KEY, 3_600_000)  # as it stands when the clock goes back by an hour
    assert link.claim(KEY, "two", 5_000)
    with valkey.client() as client:
        assert 0 < client.pttl(KEY) <= 5_000
    link.close()


def test_errors_of_scripts_are_sorted_alike(refusing: RedisLink) -> None:
    with pytest.raises(RedisRefusedError):
        refusing.run(lambda client: client.eval("return redis.call('SET', 'a', 1)", 0))
    with pytest.raises(redis.ResponseError), redis.Redis.from_url(refusing.url or "") as client:
        client.eval("return redis.call('SET', 'a', 1)", 0)
