"""Work that may take longer than any timeout: how long a claim holds, what follows a failure."""

from __future__ import annotations

from domain.windows import MINUTE_MS

# A claim that is not renewed ends: its process was killed, or hangs.
LEASE_MS = 30_000
RENEW_EVERY_SECONDS = 10.0
MOST_ATTEMPTS = 3
RETRY_MS = (MINUTE_MS, 10 * MINUTE_MS)


def retry_at_ms(attempts: int, now_ms: int) -> int | None:
    """When to try again after the given number of failed attempts, from 1; None: not any more."""
    return now_ms + RETRY_MS[attempts - 1] if attempts < MOST_ATTEMPTS else None
