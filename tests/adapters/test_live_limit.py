"""Five sockets per person and guild, whichever processes have them."""

from __future__ import annotations

from typing import Any

import pytest

from adapters.redis.link import RedisLink
from adapters.redis.live_limit import LIVES_MS, PROCESS_PREFIX, LiveLimit
from domain.live import MAXIMUM_CONNECTIONS
from tests.servers.valkey import Valkey

GUILD, NAME = 7, "user:1"


@pytest.fixture
def two(valkey: Valkey) -> tuple[LiveLimit, LiveLimit]:
    return LiveLimit(RedisLink(valkey.url)), LiveLimit(RedisLink(valkey.url))


def entered(limit: LiveLimit, count: int) -> list[object]:
    sockets = [object() for _ in range(count)]
    assert all(limit.enter(NAME, GUILD, socket) for socket in sockets)
    return sockets


def test_they_count_together(two: tuple[LiveLimit, LiveLimit]) -> None:
    here, there = two
    sockets = entered(here, 3)
    entered(there, MAXIMUM_CONNECTIONS - 3)
    extra = object()
    assert not there.enter(NAME, GUILD, extra)
    assert here.enter(NAME, GUILD, sockets[0]), "it is in already"
    assert there.enter("user:2", GUILD, extra)
    assert there.enter(NAME, GUILD + 1, extra)
    here.leave(NAME, GUILD, sockets[0])
    assert there.enter(NAME, GUILD, extra)


def test_what_a_killed_process_had_counts_no_more(
    two: tuple[LiveLimit, LiveLimit], valkey: Valkey
) -> None:
    killed, other = two
    entered(killed, MAXIMUM_CONNECTIONS)
    assert not other.enter(NAME, GUILD, object())
    with valkey.client() as client:
        found: Any = client.keys(PROCESS_PREFIX + "*")
        lifetimes_ms: list[Any] = [client.pttl(key) for key in found]
        assert all(0 < left_ms <= LIVES_MS for left_ms in lifetimes_ms)
        assert len(found) == 2
        client.delete(*found)  # what time does
    other.say_alive()
    entered(other, MAXIMUM_CONNECTIONS)
    assert not other.enter(NAME, GUILD, object())


def test_a_process_that_ends_takes_its_sockets_with_it(two: tuple[LiveLimit, LiveLimit]) -> None:
    ended, other = two
    entered(ended, MAXIMUM_CONNECTIONS)
    ended.close()
    entered(other, MAXIMUM_CONNECTIONS)


@pytest.mark.parametrize("url", [None, "unix:///nowhere/valkey.sock"])
def test_without_redis_each_process_counts_its_own(url: str | None) -> None:
    limit = LiveLimit(RedisLink(url))
    first, *_ = entered(limit, MAXIMUM_CONNECTIONS)
    assert not limit.enter(NAME, GUILD, object())
    limit.leave(NAME, GUILD, first)
    entered(limit, 1)
