"""How often, and how long."""

from __future__ import annotations

import time
from collections.abc import Callable

ROUNDS = 5


def seconds_of(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started
