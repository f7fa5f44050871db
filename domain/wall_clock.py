"""Wall-clock times as instants: the first instant a zone's clock shows a time.

A time that the clock skips (spring) is the first instant after the gap, one that it shows twice
(autumn) the first of the two. Instants are epoch milliseconds in UTC.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

_EPOCH = datetime(1970, 1, 1)


@lru_cache(maxsize=4096)
def first_instant(zone: str, day: date, minute_of_day: int) -> int:
    """The first instant at which the clock of `zone` shows this minute, or has gone past it.

    ZoneInfoNotFoundError for an unknown zone.
    """
    wall = datetime(day.year, day.month, day.day) + timedelta(minutes=minute_of_day)
    here = ZoneInfo(zone)
    offsets = [_offset_seconds(wall.replace(tzinfo=here, fold=fold)) for fold in (0, 1)]
    shown = _seconds(wall)
    low, high = shown - max(offsets), shown - min(offsets)
    if _clock(here, low) == shown:
        return low * 1000
    return _first_from(here, low, high, shown) * 1000


def local_date(zone: str, at_ms: int) -> date:
    """The date that the clock of `zone` shows at an instant."""
    return datetime.fromtimestamp(at_ms / 1000, ZoneInfo(zone)).date()


def _first_from(zone: ZoneInfo, low: int, high: int, shown: int) -> int:
    """The first second in (low, high] whose clock is at or past `shown`: the end of a gap."""
    while high - low > 1:
        middle = (low + high) // 2
        if _clock(zone, middle) >= shown:
            high = middle
        else:
            low = middle
    return high


def _clock(zone: ZoneInfo, second: int) -> int:
    """What the clock shows at an instant, as seconds of a calendar without a zone."""
    instant = datetime.fromtimestamp(second, UTC).astimezone(zone)
    return _seconds(instant.replace(tzinfo=None))


def _offset_seconds(moment: datetime) -> int:
    offset = moment.utcoffset()
    assert offset is not None  # every ZoneInfo knows its offset at a date
    return int(offset.total_seconds())


def _seconds(wall: datetime) -> int:
    return int((wall.replace(fold=0) - _EPOCH).total_seconds())
