"""The time of the stand-in, which a test may move."""

import time
from collections.abc import Callable


def system_ms() -> int:
    """Epoch milliseconds of this machine."""
    return time.time_ns() // 1_000_000


class Clock:
    """Epoch milliseconds UTC: those of `source`, unless a test stops or advances them.

    Tokens, codes and rate-limit windows all go by it, so nothing has to be waited for.
    """

    def __init__(self, source: Callable[[], int] = system_ms) -> None:
        self._source = source
        self._ahead_ms = 0
        self._stopped_ms: int | None = None

    def now_ms(self) -> int:
        running_ms = self._source() if self._stopped_ms is None else self._stopped_ms
        return running_ms + self._ahead_ms

    def advance(self, milliseconds: int) -> None:
        self._ahead_ms += milliseconds

    def stop(self) -> None:
        """From here on time moves only by `advance`."""
        if self._stopped_ms is None:
            self._stopped_ms = self._source()
