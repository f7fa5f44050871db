"""One computation per key at a time; those who ask meanwhile share its result.

Failures are not shared: whoever waited tries again, alone.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from threading import Event, Lock
from typing import Generic, TypeVar

V = TypeVar("V")


@dataclass(slots=True)
class _Flight(Generic[V]):
    done: Event = field(default_factory=Event)
    result: list[V] = field(default_factory=list)  # empty when the computation failed


@dataclass(slots=True)
class FlightCounts:
    total: int = 0
    deduplicated: int = 0


class SingleFlight(Generic[V]):
    def __init__(self) -> None:
        self._flights: dict[Hashable, _Flight[V]] = {}
        self._lock = Lock()
        self.counts = FlightCounts()

    @property
    def in_flight(self) -> int:
        return len(self._flights)

    def run(self, key: Hashable, compute: Callable[[], V]) -> V:
        """`compute()`, or the result of the one that is under way for `key`."""
        self.counts.total += 1
        while True:
            with self._lock:
                other = self._flights.get(key)
                if other is None:
                    mine = self._flights[key] = _Flight()
                    break
            other.done.wait()
            if other.result:
                self.counts.deduplicated += 1
                return other.result[0]
        try:
            result = compute()
            mine.result.append(result)
            return result
        finally:
            with self._lock:
                del self._flights[key]
            mine.done.set()
