"""Long work in steps, between which the other greenlets of the process have their turn."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from typing import TypeVar

T = TypeVar("T")

# Not 0: then gevent runs what is ready, up to fifty times, before it looks at its sockets again.
_A_MOMENT_SECONDS = 1e-6


def let_others_run() -> None:
    """Give way to what waits, requests that have just come in among it."""
    time.sleep(_A_MOMENT_SECONDS)


def in_turns(items: Iterable[T], at_once: int = 250) -> Iterator[T]:
    """The items; after each `at_once` of them the others have their turn."""
    for place, item in enumerate(items, 1):
        yield item
        if place % at_once == 0:
            let_others_run()
