"""Times as Discord and Modwatch count them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def from_ms(epoch_ms: int) -> datetime:
    """Exactly: a float of seconds would be a millisecond off now and then."""
    return _EPOCH + timedelta(milliseconds=epoch_ms)
