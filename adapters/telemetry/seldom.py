"""Saying what stays so once a minute, and not at every try."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock

EVERY_SECONDS = 60.0
# Whoever finds it out: in one process it is one piece of news.
REDIS_AWAY = "redis_away"
# Some news have words in them that come from outside: they do not fill the memory.
MOST_REMEMBERED = 1_000


@dataclass(slots=True)
class _Said:
    at_seconds: float
    unsaid: int = 0


class Seldom:
    """`may_say` is True for the first in a minute that has the same to say."""

    def __init__(self, timer: Callable[[], float] = time.monotonic) -> None:
        self._timer = timer
        self._said: dict[str, _Said] = {}
        self._lock = Lock()

    def may_say(self, what: str) -> bool:
        return self.turn(what) is not None

    def turn(self, what: str) -> int | None:
        """How often it was left out since it was last said; None: it is left out this time, too."""
        now_seconds = self._timer()
        with self._lock:
            said = self._said.get(what)
            if said is not None and now_seconds - said.at_seconds < EVERY_SECONDS:
                said.unsaid += 1
                return None
            if said is None and len(self._said) >= MOST_REMEMBERED:
                self._said.clear()
            self._said[what] = _Said(now_seconds)
            return said.unsaid if said is not None else 0

    def forget(self) -> None:
        """As if nothing had been said yet."""
        with self._lock:
            self._said.clear()


# Of this process.
SELDOM = Seldom()


def say_seldom(
    say: Callable[..., object], event: str, *, same: str | None = None, **fields: object
) -> None:
    """Log `event` by `say`, once a minute; `unsaid`: how many lines were left out before this one.

    `same`: what is one piece of news, where that is not the event alone.
    """
    unsaid = SELDOM.turn(same or event)
    if unsaid is not None:
        counted = {"unsaid": unsaid} if unsaid else {}
        say(event, **fields, **counted)
