"""Which cores servers and load generators sit on: different ones where there are two."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

_HAVE = sorted(os.sched_getaffinity(0))
ALL_CORES = frozenset(_HAVE)
SERVER_CORES = frozenset(_HAVE[:1])
LOAD_CORES = frozenset(_HAVE[-1:])


def cores_of(number: int, processes: int) -> frozenset[int]:
    """The core of one of so many processes: its own where the load generator leaves enough."""
    mine = _HAVE[: max(1, len(_HAVE) - 1)] if len(_HAVE) > processes else _HAVE
    return frozenset([mine[number % len(mine)]])


@contextmanager
def this_process_on(cores: frozenset[int]) -> Iterator[None]:
    """Keep this thread, and whatever it starts meanwhile, on `cores`."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, cores)
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)
