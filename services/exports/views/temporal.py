"""When violations happen: the hours of the week, and the major events."""

from __future__ import annotations

from collections import Counter
from collections.abc import Generator

from sqlalchemy import Connection

from domain.exports import ExportWish
from domain.raids import Raid
from domain.rollup_deltas import COUNTS
from domain.spans import Span, window_of
from domain.temporal import Cell, heat_map, hour_of_week, local_offset_segments, peak_times
from domain.windows import HOUR_MS
from models.exports.stretch import Stretch, counts_by_hour
from models.guilds.profile import guild_profiles
from models.snapshots.facts import recent_violations
from models.snapshots.raids import raids_since
from services.exports.lines import Row
from services.exports.views.windows import stretch_of
from services.snapshots.documents.times import raid_description

_VIOLATIONS = COUNTS.index("violations")


def count(connection: Connection, wish: ExportWish) -> int:
    return sum(1 for _ in rows(connection, wish))


def rows(connection: Connection, wish: ExportWish) -> Generator[Row]:
    """Hours of the week in the guild's timezone, Sunday 0 first, then events, newest first."""
    stretch = stretch_of(wish)
    assert stretch is not None  # never asked for of all time
    cells = heat_map(_heat(connection, wish, stretch))
    peaks = set(peak_times(cells))
    for cell in cells:
        yield _of_hour(cell, cell in peaks)
    raids = raids_since(connection, [wish.guild_id], stretch.from_ms)
    among = [raid for _, raid in raids if raid.started_at_ms < stretch.to_ms]
    for raid in reversed(among):
        yield _of_event(raid)


def _of_hour(cell: Cell, is_peak: bool) -> Row:
    place = (cell.day_of_week, cell.hour, cell.violation_count)
    return ("hour_of_week", *place, is_peak, None, None, None, None)


def _of_event(raid: Raid) -> Row:
    users = [str(user_id) for user_id in raid.user_ids]
    times = (raid.started_at_ms, raid.ended_at_ms)
    what = (*times, raid_description(raid), users)
    return ("major_event", None, None, raid.violation_count, None, *what)


def _heat(connection: Connection, wish: ExportWish, stretch: Stretch) -> Counter[int]:
    """Violations by the local hour of the week."""
    heat: Counter[int] = Counter()
    hours = _by_hour(connection, wish, stretch)
    if not hours:
        return heat
    timezone = guild_profiles(connection, [wish.guild_id])[wish.guild_id].timezone
    # Not of all that was asked for: beyond the calendar's ends no zone tells an hour.
    first, end = min(hours), max(hours) + 1
    for start, stop, offset_minutes in local_offset_segments(timezone, first, end):
        for hour, violations in hours.items():
            if start <= hour < stop:
                heat[hour_of_week(hour, offset_minutes)] += violations
    return heat


def _by_hour(connection: Connection, wish: ExportWish, stretch: Stretch) -> dict[int, int]:
    if wish.span is Span.HOUR:
        # As the page: without what is known by number only.
        window = window_of(wish.span, wish.as_of_ms)
        found = recent_violations(connection, [wish.guild_id], window)
        return Counter(row.timestamp_ms // HOUR_MS for row in found)
    counts = counts_by_hour(connection, stretch)
    return {hour: sums[_VIOLATIONS] for hour, sums in counts.items()}
