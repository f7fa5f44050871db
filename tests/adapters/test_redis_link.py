"""The link to Redis: an answer, or None and a pause, never an error."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor

import pytest
import redis

from adapters.redis import link as link_file
from adapters.redis.address import TIMEOUT_SECONDS
from adapters.redis.link import AWAY_SECONDS, RedisLink
from tests.parts import until
from tests.servers.valkey import Valkey


def ping(client: redis.Redis) -> bool:
    return bool(client.ping())


@pytest.fixture
def long_away(monkeypatch: pytest.MonkeyPatch) -> None:
    """What counts as away does so for longer than a test takes."""
    monkeypatch.setattr(link_file, "AWAY_SECONDS", 3_600.0)


def test_an_answer(valkey: Valkey) -> None:
    link = RedisLink(valkey.url)
    assert link.is_configured
    assert link.ask(ping) is True
    assert not link.is_away


def test_no_redis_at_all() -> None:
    link = RedisLink(None)
    assert not link.is_configured
    assert link.is_away
    assert link.ask(ping) is None
    assert not link.ping()
    link.close()


@pytest.mark.parametrize("url", ["unix:///nowhere/valkey.sock", "redis://127.0.0.1:1/0"])
def test_a_server_that_is_not_there_costs_one_try_in_a_while(url: str, long_away: None) -> None:
    link, tries = RedisLink(url), []

    def note(client: redis.Redis) -> bool:
        tries.append(1)
        return ping(client)

    assert [link.ask(note) for _ in range(50)] == [None] * 50
    assert link.is_away
    assert len(tries) == 1


def test_it_is_found_again(valkey: Valkey) -> None:
    link = RedisLink(valkey.url)
    assert link.ask(ping)
    valkey.stop()
    assert link.ask(ping) is None
    valkey.start()
    until(lambda: bool(link.ask(ping)), 60 * AWAY_SECONDS, "an answer after its return")


def test_a_ping_looks_at_once(valkey: Valkey, long_away: None) -> None:
    link = RedisLink(valkey.url)
    valkey.stop()
    assert not link.ping()
    valkey.start()
    assert link.is_away
    assert link.ping()
    assert not link.is_away


def test_a_server_that_hangs_is_not_waited_for(valkey: Valkey) -> None:
    link = RedisLink(valkey.url)
    assert link.ask(ping)
    with valkey.client() as client:
        client.client_pause(60_000, all=False)
        started = time.monotonic()
        assert link.ask(lambda client: client.set("a", 1)) is None
        assert time.monotonic() - started >= TIMEOUT_SECONDS / 2  # it did wait, and gave up
        client.client_unpause()


def test_an_error_of_ours_is_not_hidden(valkey: Valkey) -> None:
    with pytest.raises(ZeroDivisionError):
        RedisLink(valkey.url).ask(lambda client: 1 // 0)


def test_any_number_may_ask_at_once(valkey: Valkey) -> None:
    """As when everybody's socket comes back: more than redis-py has connections for."""
    link = RedisLink(valkey.url)

    def slowly(client: redis.Redis) -> bool:
        return client.wait(1, 20) == 0  # there is no replica: 20 ms

    with ThreadPoolExecutor(300) as threads:
        answers = list(threads.map(lambda _: link.ask(slowly), range(300)))
    assert answers == [True] * 300
