"""When violations happen: hours of the week in the guild's own time, DST honoured.

Source: formulas.md, "Temporal analytics". An hour-bucket counts at the local hour of its start.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from domain.windows import HOUR_MS, Window

HOURS_PER_DAY = 24
HOURS_PER_WEEK = 168
PEAKS = 5

Segment = tuple[int, int, int]

# Epoch hour 0 was a Thursday, and weeks start on Sunday.
_EPOCH_HOUR_OF_WEEK = 4 * HOURS_PER_DAY


@dataclass(frozen=True, slots=True)
class Cell:
    """Violations in one hour of the week: day 0 = Sunday, hour 0..23, both local.

    Answers show it as it is, by these names.
    """

    day_of_week: int
    hour: int
    violation_count: int


def local_offset_segments(timezone: str, start_hour: int, end_hour: int) -> list[Segment]:
    """Epoch hours `[start_hour, end_hour)` cut where the zone's UTC offset changes.

    Gives `(from_epoch_hour, to_epoch_hour, offset_minutes)`, contiguous, oldest first, the offset
    being the one at the start of each hour. ValueError for an unknown timezone.
    """
    return list(_segments(timezone, start_hour, end_hour))


def hour_of_week(epoch_hour: int, offset_minutes: int) -> int:
    """The local hour of the week, 0..167, that the epoch hour starts in; 0 = Sunday 00:00."""
    return (epoch_hour + offset_minutes // 60 + _EPOCH_HOUR_OF_WEEK) % HOURS_PER_WEEK


def heat_map(counts_by_hour_of_week: Mapping[int, int]) -> list[Cell]:
    """The cells above zero, by day then hour."""
    return [
        Cell(hour // HOURS_PER_DAY, hour % HOURS_PER_DAY, count)
        for hour, count in sorted(counts_by_hour_of_week.items())
        if count > 0
    ]


def peak_times(cells: Iterable[Cell]) -> list[Cell]:
    """The five largest cells, largest first, the earlier one first on ties."""
    return sorted(cells, key=lambda cell: (-cell.violation_count, cell.day_of_week, cell.hour))[
        :PEAKS
    ]


def average_per_hour(violations: int, window: Window, first_event_ms: int | None) -> float:
    """Violations per hour since the window's start or the hour of the guild's first event.

    The later of the two counts, and at least one hour; rounded to 4 decimals.
    """
    from_ms = window.start_ms
    if first_event_ms is not None:
        from_ms = max(from_ms, first_event_ms // HOUR_MS * HOUR_MS)
    hours = max(-((from_ms - window.end_ms) // HOUR_MS), 1)
    return round(violations / hours, 4)


@lru_cache(maxsize=4096)
def _segments(timezone: str, start_hour: int, end_hour: int) -> tuple[Segment, ...]:
    zone = _zone(timezone)
    segments: list[Segment] = []
    hour = start_hour
    while hour < end_hour:
        offset = _offset_minutes(zone, hour)
        until = _same_offset_until(zone, hour, end_hour, offset)
        segments.append((hour, until, offset))
        hour = until
    return tuple(segments)


def _same_offset_until(zone: ZoneInfo, hour: int, end_hour: int, offset: int) -> int:
    """The first hour after `hour` with another offset, or `end_hour`."""
    # Days first, hours by halving: two changes may lie weeks apart (Ramadan in Morocco) and would
    # hide each other from a search over the whole range, but never lie within one day.
    same = hour
    while same < end_hour:
        other = min(same + HOURS_PER_DAY, end_hour)
        if _offset_minutes(zone, other) != offset:
            return _halve(zone, same, other, offset)
        same = other
    return end_hour


def _halve(zone: ZoneInfo, same: int, other: int, offset: int) -> int:
    while other - same > 1:
        middle = (same + other) // 2
        if _offset_minutes(zone, middle) == offset:
            same = middle
        else:
            other = middle
    return other


def _offset_minutes(zone: ZoneInfo, epoch_hour: int) -> int:
    offset = datetime.fromtimestamp(epoch_hour * 3600, zone).utcoffset()
    assert offset is not None  # a ZoneInfo always knows its offset
    return int(offset.total_seconds()) // 60


def _zone(timezone: str) -> ZoneInfo:
    try:
        return ZoneInfo(timezone)
    except (KeyError, ValueError, OSError):  # unknown, not a name at all, a folder of zones
        raise ValueError(f"unknown timezone {timezone!r}") from None
