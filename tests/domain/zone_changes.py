"""When the clocks of zones are put on or back."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

_WEEK_SECONDS = 7 * 86_400


def clock_changes(zone: str, first_year: int = 2000, last_year: int = 2037) -> list[int]:
    """Each second (epoch) at which the zone's offset becomes another one."""
    here = ZoneInfo(zone)
    second = int(datetime(first_year, 1, 1, tzinfo=UTC).timestamp())
    end = int(datetime(last_year + 1, 1, 1, tzinfo=UTC).timestamp())
    found = []
    while second < end:
        if _offset(here, second) != _offset(here, second + _WEEK_SECONDS):
            found.append(_change(here, second, second + _WEEK_SECONDS))
        second += _WEEK_SECONDS
    return found


def _change(zone: ZoneInfo, low: int, high: int) -> int:
    before = _offset(zone, low)
    while high - low > 1:
        middle = (low + high) // 2
        if _offset(zone, middle) == before:
            low = middle
        else:
            high = middle
    return high


def _offset(zone: ZoneInfo, second: int) -> object:
    return datetime.fromtimestamp(second, zone).utcoffset()
