"""Discord's rate limits where there is no Redis, and so one process that asks: one at a time."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from threading import Lock

from adapters.discord.limits import (
    INVALID_STATUSES,
    LOST_MS,
    REFUSED_MS,
    WAIT_AGAIN_MS,
    retry_after_ms,
    window_of,
)

# 20 a second: should somebody start a second process all the same, both are within the 50.
PAUSE_MS = 50
# At most 120 invalid requests in ten minutes.
PAUSE_AFTER_INVALID_MS = 5_000


class LimitsAlone:
    """As DiscordLimits, for every route together; `timer` gives seconds that never go back."""

    def __init__(self, timer: Callable[[], float] = time.monotonic) -> None:
        self._timer = timer
        self._lock = Lock()
        self._free_at_ms = 0.0
        self._under_way: tuple[str, float] | None = None  # until when it counts

    def take(self, route: str, permit: str) -> int:
        with self._lock:
            now_ms = self._timer() * 1000
            if now_ms < self._free_at_ms:
                return int(self._free_at_ms - now_ms) + 1
            if self._under_way is not None and now_ms < self._under_way[1]:
                return WAIT_AGAIN_MS
            self._under_way = (permit, now_ms + LOST_MS)
            return 0

    def learn(self, route: str, permit: str, status: int, headers: Mapping[str, str]) -> None:
        wait_ms = PAUSE_AFTER_INVALID_MS if status in INVALID_STATUSES else PAUSE_MS
        if status == 429:
            wait_ms = max(wait_ms, retry_after_ms(headers))
        elif status == 401:
            wait_ms = REFUSED_MS
        elif (window := window_of(status, headers)) is not None and window[0] <= 0:
            wait_ms = max(wait_ms, window[2])
        self._end(permit, wait_ms)

    def answered(self, route: str, permit: str) -> None:
        self._end(permit, PAUSE_MS)

    def _end(self, permit: str, wait_ms: int) -> None:
        with self._lock:
            self._free_at_ms = max(self._free_at_ms, self._timer() * 1000 + wait_ms)
            if self._under_way is not None and self._under_way[0] == permit:
                self._under_way = None
