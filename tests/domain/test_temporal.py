"""formulas.md, "Temporal analytics": compared with asking the zone for every single hour."""

from datetime import UTC, datetime
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.clock import parse_rfc3339
from domain.spans import Span, window_of
from domain.temporal import (
    Cell,
    average_per_hour,
    heat_map,
    hour_of_week,
    local_offset_segments,
    peak_times,
)
from domain.windows import HOUR_MS, trailing_window

# Half-hour DST, double changes around Ramadan, odd offsets, a skipped day, none at all.
ZONES = [
    "UTC",
    "Europe/Berlin",
    "America/New_York",
    "America/St_Johns",
    "Africa/Casablanca",
    "Asia/Kathmandu",
    "Asia/Kolkata",
    "Australia/Lord_Howe",
    "Pacific/Apia",
]
HOURS = st.integers(min_value=350_000, max_value=600_000)  # the years 2009 to 2038


def _hour(text: str) -> int:
    return parse_rfc3339(text) // HOUR_MS


@settings(max_examples=40)
@given(st.sampled_from(ZONES), HOURS, st.integers(0, 2400))
def test_segments_say_what_the_zone_says_at_every_hour(zone: str, start: int, hours: int) -> None:
    told = [
        (hour, offset)
        for since, until, offset in local_offset_segments(zone, start, start + hours)
        for hour in range(since, until)
    ]
    assert told == [(hour, _offset(zone, hour)) for hour in range(start, start + hours)]


def _offset(zone: str, epoch_hour: int) -> int:
    offset = datetime.fromtimestamp(epoch_hour * 3600, ZoneInfo(zone)).utcoffset()
    assert offset is not None
    return int(offset.total_seconds()) // 60


@settings(max_examples=40)
@given(st.sampled_from(ZONES), HOURS)
def test_neighbouring_segments_differ(zone: str, start: int) -> None:
    segments = local_offset_segments(zone, start, start + 90 * 24)
    assert all(one[2] != other[2] for one, other in pairwise(segments))


def test_a_spring_change_cuts_at_its_hour() -> None:
    change = _hour("2026-03-29T01:00:00Z")
    segments = local_offset_segments("Europe/Berlin", change - 5, change + 5)
    assert segments == [(change - 5, change, 60), (change, change + 5, 120)]


def test_both_changes_of_a_ramadan_are_seen() -> None:
    start = _hour("2026-01-15T00:00:00Z")
    offsets = [
        minutes for *_, minutes in local_offset_segments("Africa/Casablanca", start, start + 2160)
    ]
    assert offsets == [60, 0, 60]


def test_the_answer_is_the_callers_to_change() -> None:
    local_offset_segments("UTC", 0, 5).clear()
    assert local_offset_segments("UTC", 0, 5) == [(0, 5, 0)]


@pytest.mark.parametrize("zone", ["", "Mars/Olympus", "America", "../passwd", "/etc/passwd", "\0"])
def test_an_unknown_timezone_is_refused(zone: str) -> None:
    with pytest.raises(ValueError, match="unknown timezone"):
        local_offset_segments(zone, 0, 1)


@pytest.mark.parametrize(
    ("text", "offset_minutes", "expected"),
    [
        ("1970-01-01T00:00:00Z", 0, 4 * 24),
        ("2026-01-25T00:00:00Z", 0, 0),
        ("2026-01-24T23:00:00Z", 0, 167),
        ("2026-01-24T23:00:00Z", 60, 0),
        ("2026-01-25T00:00:00Z", -60, 167),
        ("2026-01-25T00:00:00Z", 330, 5),
        ("2026-01-25T00:00:00Z", -210, 164),
    ],
)
def test_hour_of_week(text: str, offset_minutes: int, expected: int) -> None:
    assert hour_of_week(_hour(text), offset_minutes) == expected


@given(st.sampled_from(ZONES), HOURS)
def test_hour_of_week_is_the_local_calendars(zone: str, epoch_hour: int) -> None:
    local = datetime.fromtimestamp(epoch_hour * 3600, UTC).astimezone(ZoneInfo(zone))
    expected = local.isoweekday() % 7 * 24 + local.hour
    assert hour_of_week(epoch_hour, _offset(zone, epoch_hour)) == expected


def test_the_heat_map_lists_cells_above_zero_by_day_then_hour() -> None:
    assert heat_map({167: 1, 25: 3, 24: 0, 2: 4}) == [Cell(0, 2, 4), Cell(1, 1, 3), Cell(6, 23, 1)]


def test_peaks_are_the_five_largest_and_the_earlier_on_ties() -> None:
    cells = heat_map({0: 1, 30: 7, 31: 2, 32: 2, 50: 2, 60: 2, 70: 9})
    assert [cell.violation_count for cell in peak_times(cells)] == [9, 7, 2, 2, 2]
    assert peak_times(cells)[2:] == [Cell(1, 7, 2), Cell(1, 8, 2), Cell(2, 2, 2)]
    assert peak_times([]) == []


NOW_MS = parse_rfc3339("2026-01-27T10:30:00Z")


@pytest.mark.parametrize(
    ("period", "first_event", "expected"),
    [
        (Span.DAY, None, 5.0),
        (Span.DAY, "2025-01-01T00:00:00Z", 5.0),
        (Span.DAY, "2026-01-26T23:59:59Z", 10.0),
        (Span.DAY, "2026-01-27T10:29:00Z", 120.0),
        (Span.DAY, "2026-01-27T11:02:00Z", 120.0),
        (Span.HOUR, None, 120.0),
        (Span.HOUR, "2026-01-27T10:29:00Z", 120.0),
        (Span.WEEK, None, 0.7143),
        (Span.MONTH, "2026-01-27T04:10:00Z", 6.0),
    ],
)
def test_average_per_hour(period: Span, first_event: str | None, expected: float) -> None:
    first_event_ms = parse_rfc3339(first_event) if first_event else None
    assert average_per_hour(120, window_of(period, NOW_MS), first_event_ms) == expected


def test_average_of_a_silent_guild() -> None:
    assert average_per_hour(0, trailing_window(HOUR_MS, 90 * 24, NOW_MS), None) == 0.0
