"""Saying what stays so once a minute, and not at every try."""

from __future__ import annotations

import time
from collections.abc import Callable
from threading import Lock

EVERY_SECONDS = 60.0
# Whoever finds it out: in one process it is one piece of news.
REDIS_AWAY = "redis_away"


class Seldom:
    """`may_say` is True for the first in a minute that has the same to say."""

    def __init__(self, timer: Callable[[], float] = time.monotonic) -> None:
        self._timer = timer
        self._said_seconds: dict[str, float] = {}
        self._lock = Lock()

    def may_say(self, what: str) -> bool:
        now_seconds = self._timer()
        with self._lock:
            said_seconds = self._said_seconds.get(what)
            if said_seconds is not None and now_seconds - said_seconds < EVERY_SECONDS:
                return False
            self._said_seconds[what] = now_seconds
            return True

    def forget(self) -> None:
        """As if nothing had been said yet."""
        with self._lock:
            self._said_seconds.clear()


# Of this process.
SELDOM = Seldom()
