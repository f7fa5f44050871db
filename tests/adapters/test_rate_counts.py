"""Counts that processes share: whoever tells of them at once tells of each request once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from threading import Event, Lock
from typing import Any

from adapters.redis.link import RedisLink
from adapters.redis.rate_counts import PREFIX, RateCounts
from domain.rate_limits import Limit
from tests.parts import NOW_MS
from tests.servers.valkey import Valkey

LIMIT = Limit("reads", 100)


class Turn(AbstractContextManager[None]):
    """A lock that says when somebody else wants it."""

    def __init__(self) -> None:
        self._lock, self._is_taken, self.is_wanted = Lock(), False, Event()

    def __enter__(self) -> None:
        if self._is_taken:
            self.is_wanted.set()
        self._lock.acquire()
        self._is_taken = True

    def __exit__(self, *_: object) -> None:
        self._is_taken = False
        self._lock.release()


def told(valkey: Valkey) -> int:
    with valkey.client() as client:
        (key,) = client.scan_iter(f"{PREFIX}*")
        count: Any = client.get(key)
        return int(count)


def test_what_two_tell_of_at_once_is_told_once(valkey: Valkey) -> None:
    link = RedisLink(valkey.url)
    counts, turn, ask = RateCounts(link), Turn(), link.ask
    counts._sharing = turn  # type: ignore[assignment]

    def ask_while_another_waits(command: Any) -> Any:
        link.ask = ask  # type: ignore[method-assign]
        second = pool.submit(counts.share)
        assert turn.is_wanted.wait(60)
        done.append(second)
        return ask(command)

    done: list[Any] = []
    for _ in range(5):
        counts.take("ada", LIMIT, NOW_MS)
    with ThreadPoolExecutor(1) as pool:
        link.ask = ask_while_another_waits  # type: ignore[method-assign]
        counts.share()
        done[0].result()
    assert told(valkey) == 5
    assert counts.take("ada", LIMIT, NOW_MS, exact=True).left == 94
    assert told(valkey) == 6
    link.close()
