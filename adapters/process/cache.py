"""Answers kept in this process: at most 10,000, each for at most 300 seconds."""

from __future__ import annotations

import time
from collections.abc import Callable, Hashable
from threading import Lock
from typing import Generic, TypeVar

from cachetools import TTLCache

V = TypeVar("V")
MAXIMUM_ENTRIES = 10_000
TTL_SECONDS = 300.0


class ProcessCache(Generic[V]):
    """A bounded map whose entries expire; safe to use from several threads."""

    def __init__(
        self,
        ttl_seconds: float = TTL_SECONDS,
        maximum_entries: int = MAXIMUM_ENTRIES,
        timer: Callable[[], float] = time.monotonic,
    ) -> None:
        self._entries: TTLCache[Hashable, V] = TTLCache(maximum_entries, ttl_seconds, timer)
        self._lock = Lock()

    def get(self, key: Hashable) -> V | None:
        with self._lock:
            return self._entries.get(key)

    def put(self, key: Hashable, value: V) -> None:
        with self._lock:
            self._entries[key] = value

    def drop(self, key: Hashable) -> None:
        with self._lock:
            self._entries.pop(key, None)

    def drop_where(self, matches: Callable[[Hashable], bool]) -> None:
        with self._lock:
            for key in [key for key in self._entries if matches(key)]:
                self._entries.pop(key, None)

    def clear(self) -> None:
        with self._lock:
            self._entries.clear()

    def __len__(self) -> int:
        with self._lock:
            return len(self._entries)
