"""RFC 3339 at the JSON edge; integer epoch milliseconds in UTC everywhere else."""

import re
from datetime import UTC, datetime, timedelta
from functools import lru_cache

# How far ahead of ours the clock of somebody who sends something may be.
AHEAD_MS = 5 * 60_000
# Clocks of hosts that are right may differ by so much.
APART_MS = 60_000
_EPOCH = datetime(1970, 1, 1)
_EPOCH_UTC = _EPOCH.replace(tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)
_MIN_MS = (datetime.min - _EPOCH) // _MILLISECOND
_MAX_MS = (datetime.max - _EPOCH) // _MILLISECOND

# The shape is checked here because `fromisoformat` also takes week dates, commas and bare dates.
_RFC3339 = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt](?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:\.[0-9]+)?"
    r"(?:[Zz]|[+-](?:[01][0-9]|2[0-3]):[0-5][0-9])"
)


def is_ahead(until_ms: int | None, now_ms: int, longest_ms: int) -> bool:
    """Whether it is yet to come. Nothing is set for later than `longest_ms` from now: one that is
    further ahead is of a clock that was set back since, and not believed.
    """
    return until_ms is not None and now_ms < until_ms <= now_ms + longest_ms + APART_MS


def rfc3339(ms: int) -> str:
    """`2026-01-27T10:00:00.000Z` from epoch milliseconds; OverflowError outside years 1..9999."""
    seconds, milliseconds = divmod(ms, 1000)
    return f"{_second(seconds)}.{milliseconds:03d}Z"


@lru_cache(maxsize=10_000)
def _second(seconds: int) -> str:
    """Naive on purpose: aware times would write +00:00. Times asked for lie close together."""
    return (_EPOCH + timedelta(seconds=seconds)).isoformat()


def parse_rfc3339(text: str) -> int:
    """Epoch milliseconds of an RFC 3339 time with `Z` or an offset; digits below 1 ms are cut.

    ValueError, with a message fit for a client, for anything else: no offset, an impossible
    date, an instant outside the years 1..9999 UTC, a leap second (no epoch number is its own).
    """
    if _RFC3339.fullmatch(text) is None:
        raise ValueError("not an RFC 3339 time with an offset, such as 2026-01-27T10:00:00.000Z")
    try:
        moment = datetime.fromisoformat(text.upper())
    except ValueError as error:
        raise ValueError(f"not a possible time: {error}") from None
    ms = (moment - _EPOCH_UTC) // _MILLISECOND
    if not _MIN_MS <= ms <= _MAX_MS:
        raise ValueError("not a possible time: outside the years 1 to 9999 in UTC")
    return ms
