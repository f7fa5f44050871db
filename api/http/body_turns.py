"""How many bodies are on their way or in memory at once, of one caller, one address, one process.

A slow sender holds what came so far. Small bodies count while they are read, large ones until their
request ends.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple

MIB = 1024 * 1024


class Share(NamedTuple):
    bodies: int
    size_bytes: int


class Turn(NamedTuple):
    """A body that is on its way: whose it is, and the most that it may come to."""

    names: tuple[str, ...]
    size_bytes: int


# By the first word of a name. Of a whole process only memory counts.
SHARES = {
    "caller": Share(64, 32 * MIB),
    "address": Share(128, 64 * MIB),
    "process": Share(1_000_000, 256 * MIB),
}


class BodyTurns:
    def __init__(self) -> None:
        self._bodies: Counter[str] = Counter()
        self._size_bytes: Counter[str] = Counter()

    def take(self, names: Iterable[str], size_bytes: int) -> Turn | None:
        """A turn for one more body, to be given back; None where one of `names` has its share."""
        turn = Turn((*names, "process"), size_bytes)
        if not all(self._has_room(name, size_bytes) for name in turn.names):
            return None
        for name in turn.names:
            self._bodies[name] += 1
            self._size_bytes[name] += size_bytes
        return turn

    def give_back(self, turn: Turn) -> None:
        for name in turn.names:
            self._bodies[name] -= 1
            self._size_bytes[name] -= turn.size_bytes
            if not self._bodies[name]:
                del self._bodies[name], self._size_bytes[name]

    def _has_room(self, name: str, size_bytes: int) -> bool:
        share = SHARES[name.partition(":")[0]]
        if self._bodies[name] >= share.bodies:
            return False
        return self._size_bytes[name] + size_bytes <= share.size_bytes
