"""When to try again what has failed: later each time, so that it costs the others little."""

from __future__ import annotations

from domain.windows import MINUTE_MS

FIRST_RETRY_MS = 30_000
LONGEST_RETRY_MS = 15 * MINUTE_MS


def retry_after_ms(attempts: int) -> int:
    """How long to wait after the given number of failed attempts, from 1."""
    doublings = min(max(attempts, 1) - 1, 16)
    return min(FIRST_RETRY_MS << doublings, LONGEST_RETRY_MS)
