"""Quiet hours are instants: over all zones, with their gaps and folds."""

from __future__ import annotations

import os
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.clock import parse_rfc3339, rfc3339
from domain.quiet_hours import MINUTES_PER_DAY, QuietHours, minute_of_day, quiet_until, time_of_day
from domain.wall_clock import first_instant
from domain.windows import DAY_MS, MINUTE_MS
from tests.domain.zone_changes import clock_changes
from tests.parts import examples

ZONES = sorted(available_timezones())
MINUTES = st.integers(0, MINUTES_PER_DAY - 1)
# Of the changes of clocks: 38 years of them where MODWATCH_TEST_ALL_ZONES is set.
YEARS = (2000, 2037) if os.environ.get("MODWATCH_TEST_ALL_ZONES") else (2026, 2026)
SOME_SECOND = 1_773_829_205
EDGES = (0, 150, 7 * 60, 22 * 60)  # minutes of the day
# 1970 to 2038: what the zone tables know of changes.
INSTANTS = st.integers(0, 2**31 - 1).map(lambda second: second * 1000)


def _quiet(start: str, end: str, zone: str) -> QuietHours:
    return QuietHours(minute_of_day(start), minute_of_day(end), zone)


@pytest.mark.parametrize(
    ("hours", "now", "until"),
    [
        (("22:00", "07:00", "UTC"), "2026-03-18T21:59:59.999Z", None),
        (("22:00", "07:00", "UTC"), "2026-03-18T22:00:00.000Z", "2026-03-19T07:00:00.000Z"),
        (("22:00", "07:00", "UTC"), "2026-03-19T06:59:59.999Z", "2026-03-19T07:00:00.000Z"),
        (("22:00", "07:00", "UTC"), "2026-03-19T07:00:00.000Z", None),
        (("13:00", "14:00", "UTC"), "2026-03-18T13:30:00.000Z", "2026-03-18T14:00:00.000Z"),
        # Berlin, spring: 02:00 to 03:00 is skipped at 01:00Z.
        (("02:30", "07:00", "Europe/Berlin"), "2026-03-29T00:59:59.999Z", None),
        (
            ("02:30", "07:00", "Europe/Berlin"),
            "2026-03-29T01:00:00.000Z",
            "2026-03-29T05:00:00.000Z",
        ),
        (
            ("22:00", "02:30", "Europe/Berlin"),
            "2026-03-29T00:59:59.999Z",
            "2026-03-29T01:00:00.000Z",
        ),
        # Both in the gap: nothing is left of that night.
        (("02:10", "02:50", "Europe/Berlin"), "2026-03-29T01:00:00.000Z", None),
        # The end of one night and the start of the next meet in the gap: it stays quiet.
        (
            ("02:30", "02:10", "Europe/Berlin"),
            "2026-03-28T12:00:00.000Z",
            "2026-03-30T00:10:00.000Z",
        ),
        # Berlin, autumn: 02:00 to 03:00 comes twice, from 00:00Z and from 01:00Z.
        (("02:30", "07:00", "Europe/Berlin"), "2026-10-25T00:29:59.999Z", None),
        (
            ("02:30", "07:00", "Europe/Berlin"),
            "2026-10-25T01:10:00.000Z",
            "2026-10-25T06:00:00.000Z",
        ),
        (
            ("22:00", "02:30", "Europe/Berlin"),
            "2026-10-25T00:29:59.999Z",
            "2026-10-25T00:30:00.000Z",
        ),
        (("22:00", "02:30", "Europe/Berlin"), "2026-10-25T01:10:00.000Z", None),
        # A whole day skipped: Samoa had no 30 December 2011.
        (("10:00", "12:00", "Pacific/Apia"), "2011-12-30T10:00:00.000Z", None),
        # Half an hour: Lord Howe.
        (
            ("01:45", "07:00", "Australia/Lord_Howe"),
            "2026-04-04T15:00:00.000Z",
            "2026-04-04T20:30:00.000Z",
        ),
    ],
)
def test_edges(hours: tuple[str, str, str], now: str, until: str | None) -> None:
    ends_ms = quiet_until(_quiet(*hours), parse_rfc3339(now))
    assert (None if ends_ms is None else rfc3339(ends_ms)) == until


def test_without_quiet_hours_it_is_never_quiet() -> None:
    assert quiet_until(None, 0) is None


def test_hours_that_end_when_they_start_are_refused() -> None:
    with pytest.raises(ValueError, match="same time"):
        _quiet("07:00", "07:00", "UTC")


@given(MINUTES)
def test_times_of_day_come_back(minute: int) -> None:
    assert minute_of_day(time_of_day(minute)) == minute


@settings(max_examples=examples(400))
@given(st.sampled_from(ZONES), MINUTES, MINUTES, INSTANTS)
def test_far_from_changes_of_the_clock_it_is_what_the_clock_shows(
    zone: str, start: int, end: int, now_ms: int
) -> None:
    if start == end or not _is_steady(zone, now_ms):
        return
    shown = datetime.fromtimestamp(now_ms / 1000, ZoneInfo(zone))
    minute = shown.hour * 60 + shown.minute
    inside = start <= minute < end if start < end else minute >= start or minute < end
    until_ms = quiet_until(QuietHours(start, end, zone), now_ms)
    assert (until_ms is not None) == inside
    if until_ms is not None:
        ends = datetime.fromtimestamp(until_ms / 1000, ZoneInfo(zone))
        assert ends.hour * 60 + ends.minute == end
        assert 0 < until_ms - now_ms <= DAY_MS


@settings(max_examples=examples(400))
@given(st.sampled_from(ZONES), MINUTES, MINUTES, INSTANTS)
def test_after_the_end_it_is_not_quiet_and_until_then_it_is(
    zone: str, start: int, end: int, now_ms: int
) -> None:
    if start != end:
        _check_until(QuietHours(start, end, zone), now_ms)


def _check_until(quiet: QuietHours, now_ms: int) -> None:
    until_ms = quiet_until(quiet, now_ms)
    if until_ms is None:
        return
    assert quiet_until(quiet, until_ms) is None
    for part in range(5):
        between_ms = now_ms + (until_ms - 1 - now_ms) * part // 4
        assert quiet_until(quiet, between_ms) == until_ms


@settings(max_examples=examples(400))
@given(st.sampled_from(ZONES), INSTANTS, MINUTES)
def test_the_first_instant_is_the_first(zone: str, about_ms: int, minute: int) -> None:
    """By the rule itself: nothing before it on that day shows the minute or a later one."""
    _check_first(zone, datetime.fromtimestamp(about_ms / 1000, ZoneInfo(zone)).date(), minute)


def _check_first(zone: str, day: date, minute: int) -> None:
    wall = datetime(day.year, day.month, day.day) + timedelta(minutes=minute)
    at = first_instant(zone, day, minute)
    assert _shown(zone, at) >= wall
    assert _shown(zone, at - 1) < wall
    for minutes in range(1, 180, 7):
        assert _shown(zone, at - minutes * MINUTE_MS) < wall


def test_in_each_zone_on_the_days_of_its_changes() -> None:
    """Around the change, and at either end of the night; a zone without changes on some day."""
    for zone in ZONES:
        here = ZoneInfo(zone)
        for second in clock_changes(zone, *YEARS) or [SOME_SECOND]:
            day = datetime.fromtimestamp(second, here).date()
            for minute in EDGES:
                _check_first(zone, day, minute)
            for start, end in pairwise((*EDGES, EDGES[0])):
                for minutes in (-90, -1, 0, 1, 90):
                    quiet = QuietHours(start, end, zone)
                    _check_until(quiet, second * 1000 + minutes * MINUTE_MS)


def _shown(zone: str, at_ms: int) -> datetime:
    """To the millisecond: `fromtimestamp` of a float would round up to the next second."""
    seconds, rest = divmod(at_ms, 1000)
    moment = datetime.fromtimestamp(seconds, UTC).astimezone(ZoneInfo(zone))
    return moment.replace(tzinfo=None, fold=0) + timedelta(milliseconds=rest)


def _is_steady(zone: str, now_ms: int) -> bool:
    offsets = {
        datetime.fromtimestamp((now_ms + days * DAY_MS) / 1000, ZoneInfo(zone)).utcoffset()
        for days in range(-3, 4)
    }
    whole = all(offset is not None and offset.total_seconds() % 60 == 0 for offset in offsets)
    return len(offsets) == 1 and whole
