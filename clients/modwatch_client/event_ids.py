"""Ids of events: each larger than those made before it in this process (UUID version 7, RFC 9562).

Of two changes of the same thing within one millisecond the server keeps the one with the larger id,
so it keeps the later one. And ids that grow go to one end of the server's index.
"""

from __future__ import annotations

import secrets
import threading
import time
from uuid import UUID

# Of the 128 bits: 48 for the millisecond and 12 for a count in it are the order; 62 are random.
_COUNT_BITS, _RANDOM_BITS = 12, 62
_VERSION, _VARIANT = 7 << 76, 0b10 << 62


class _Order:
    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._last = 0

    def next(self) -> int:
        """More than 4,096 in a millisecond, or a clock set back, borrow from the time to come."""
        with self._lock:
            now = time.time_ns() // 1_000_000 << _COUNT_BITS
            self._last = max(self._last + 1, now)
            return self._last


_order = _Order()


def new_id() -> UUID:
    millisecond, count = divmod(_order.next(), 1 << _COUNT_BITS)
    ordered = millisecond << 80 | _VERSION | count << 64
    return UUID(int=ordered | _VARIANT | secrets.randbits(_RANDOM_BITS))
