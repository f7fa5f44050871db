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

    def run(
        self, key: Hashable, compute: Callable[[], V], keep: Callable[[V], None] | None = None
    ) -> V:
        """`compute()`, or the result of the one that is under way for `key`.

        `keep` stores what came out, unless the flight was detached meanwhile.
        """
        asked = 1
        while True:
            with self._lock:
                # In one step with joining: what is counted cannot miss the flight any more.
                self.counts.total += asked
                other = self._flights.get(key)
                if other is None:
                    mine = self._flights[key] = _Flight()
                    break
            asked = 0
            other.done.wait()
            if other.result:
                self.counts.deduplicated += 1
                return other.result[0]
        try:
            result = compute()
            with self._lock:
                if keep is not None and self._flights.get(key) is mine:
                    keep(result)
            mine.result.append(result)
            return result
        finally:
            with self._lock:
                if self._flights.get(key) is mine:
                    del self._flights[key]
            mine.done.set()

    def detach(self, matches: Callable[[Hashable], bool] = lambda key: True) -> None:
        """Something changed: what these flights have read is old.

        Who asks from now on starts anew, and nothing of theirs is kept. To be called before the
        store that `keep` writes to is emptied.
        """
        with self._lock:
            for key in [key for key in self._flights if matches(key)]:
                del self._flights[key]
