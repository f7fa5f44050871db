"""When reports run and what they are about: by hand, and beside cron's own rules (cronsim)."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from itertools import islice, pairwise
from zoneinfo import ZoneInfo, available_timezones

import pytest
from cronsim import CronSim

from domain.report_schedules import Cadence, Times
from domain.report_times import next_run, next_runs, runs_after, window_now, window_of
from tests.domain.zone_changes import clock_changes

DAY_MS = 86_400_000
# Half hours, quarter hours, midnights, whole days, and the ordinary ones.
SAMPLE = (
    "Africa/Cairo", "Africa/Casablanca", "America/Asuncion", "America/Havana", "America/New_York",
    "America/Santiago", "America/Sao_Paulo", "America/Scoresbysund", "America/St_Johns",
    "Antarctica/Troll", "Asia/Amman", "Asia/Beirut", "Asia/Gaza", "Asia/Kathmandu", "Asia/Kolkata",
    "Asia/Pyongyang", "Asia/Tehran", "Atlantic/Azores", "Australia/Adelaide", "Australia/Eucla",
    "Australia/Lord_Howe", "Europe/Berlin", "Europe/Dublin", "Europe/Istanbul", "Europe/London",
    "Europe/Moscow", "Europe/Volgograd", "Pacific/Apia", "Pacific/Auckland", "Pacific/Chatham",
    "Pacific/Easter", "Pacific/Fakaofo", "Pacific/Fiji", "Pacific/Kiritimati", "Pacific/Norfolk",
    "Pacific/Tongatapu", "UTC",
)  # fmt: skip
# Set: every zone there is, and more times around each change (`make histories`).
ARE_ALL = bool(os.environ.get("MODWATCH_TEST_ALL_ZONES"))
AROUND_MINUTES = (-61, -31, -1, 0, 1, 29, 60, 90) if ARE_ALL else (-1, 0, 29, 60)
_ZONES = sorted(available_timezones()) if ARE_ALL else SAMPLE


def at(zone: str, year: int, month: int, day: int, hour: int = 0) -> int:
    return int(datetime(year, month, day, hour, tzinfo=ZoneInfo(zone)).timestamp() * 1000)


def shown(zone: str, ms: int) -> str:
    return datetime.fromtimestamp(ms / 1000, ZoneInfo(zone)).isoformat(timespec="minutes")


def daily(zone: str, hour: int, minute: int = 0) -> Times:
    return Times(cadence=Cadence.DAILY, timezone=zone, hour=hour, minute=minute)


def weekly(zone: str, weekday: int, hour: int = 8) -> Times:
    return Times(cadence=Cadence.WEEKLY, timezone=zone, hour=hour, weekday=weekday)


def monthly(zone: str, day: int, hour: int = 8) -> Times:
    return Times(cadence=Cadence.MONTHLY, timezone=zone, hour=hour, day=day)


@pytest.mark.parametrize("zone", _ZONES)
def test_runs_are_those_of_cron(zone: str) -> None:
    here = ZoneInfo(zone)
    for second in clock_changes(zone):
        if _leaves_out_a_day(here, second):
            continue
        start = datetime.fromtimestamp(second - 3 * 86_400, here)
        for wall in _walls(here, second):
            for times, rule, count in _rules(zone, wall):
                runs = islice(CronSim(rule, start), count)
                wanted = [int(run.timestamp()) * 1000 for run in runs]
                found = next_runs(times, int(start.timestamp()) * 1000, count)
                assert found == wanted, (rule, [shown(zone, ms) for ms in found])


def _walls(here: ZoneInfo, second: int) -> set[datetime]:
    """Around a change, by the clock before it and the one after: also those that are skipped."""
    before, after = (
        datetime.fromtimestamp(at, here).replace(tzinfo=None) + timedelta(seconds=second - at)
        for at in (second - 1, second)
    )
    around = [timedelta(minutes=minutes) for minutes in AROUND_MINUTES]
    return {clock + distance for clock in (before, after) for distance in around}


def _rules(zone: str, wall: datetime) -> list[tuple[Times, str, int]]:
    clock, weekday = f"{wall.minute} {wall.hour}", wall.isoweekday() % 7
    common = {"timezone": zone, "hour": wall.hour, "minute": wall.minute}
    return [
        (Times(cadence=Cadence.DAILY, **common), f"{clock} * * *", 5),  # type: ignore[arg-type]
        (
            Times(cadence=Cadence.WEEKLY, weekday=weekday, **common),  # type: ignore[arg-type]
            f"{clock} * * {weekday}",
            2,
        ),
        (
            Times(cadence=Cadence.MONTHLY, day=wall.day, **common),  # type: ignore[arg-type]
            f"{clock} {wall.day} * *",
            # Cron leaves out a month without such a day; a report takes its last.
            2 if wall.day <= 28 else 1,
        ),
    ]


def _leaves_out_a_day(zone: ZoneInfo, second: int) -> bool:
    """Cron has a run of its own for the day that Samoa left out; a report has no such day."""
    last, first = (datetime.fromtimestamp(at, zone) for at in (second - 1, second))
    return first.replace(tzinfo=None) - last.replace(tzinfo=None) > timedelta(hours=12)


@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/Havana", "Asia/Kolkata"])
def test_the_last_of_a_month_is_that_of_cron(zone: str) -> None:
    start = datetime(2023, 12, 31, 12, tzinfo=ZoneInfo(zone))
    wanted = [int(run.timestamp()) * 1000 for run in islice(CronSim("0 8 L * *", start), 60)]
    assert next_runs(monthly(zone, 31), int(start.timestamp()) * 1000, 60) == wanted


def test_a_day_that_samoa_left_out_is_no_day() -> None:
    zone = "Pacific/Apia"
    runs = list(islice(runs_after(daily(zone, 8), at(zone, 2011, 12, 29)), 3))
    assert [shown(zone, run.nominal_ms)[:16] for run in runs] == [
        "2011-12-29T08:00",
        "2011-12-31T08:00",
        "2012-01-01T08:00",
    ]
    window = window_of(daily(zone, 8), runs[1])
    assert shown(zone, window.start_ms) == "2011-12-29T00:00-10:00"
    assert shown(zone, window.end_ms) == "2011-12-31T00:00+14:00"
    assert window.end_ms - window.start_ms == DAY_MS


def test_lord_howe_puts_its_clock_on_by_half_an_hour() -> None:
    zone = "Australia/Lord_Howe"
    run = next_run(daily(zone, 2, 15), at(zone, 2026, 10, 3, 12))
    assert shown(zone, run.nominal_ms) == "2026-10-04T02:30+11:00"
    after = next_run(daily(zone, 8), at(zone, 2026, 10, 5))
    window = window_of(daily(zone, 8), after)
    assert window.end_ms - window.start_ms == DAY_MS - 30 * 60_000


@pytest.mark.parametrize(
    ("zone", "day", "begins", "hours"),
    [
        ("Africa/Cairo", (2026, 4, 24), "2026-04-24T01:00+03:00", 23),
        ("Africa/Cairo", (2026, 10, 29), "2026-10-29T00:00+03:00", 25),
        ("America/Havana", (2026, 3, 8), "2026-03-08T01:00-04:00", 23),
        ("America/Havana", (2026, 11, 1), "2026-11-01T00:00-04:00", 25),
        ("Asia/Kolkata", (2026, 3, 8), "2026-03-08T00:00+05:30", 24),
        ("Asia/Kathmandu", (2026, 3, 8), "2026-03-08T00:00+05:45", 24),
    ],
)
def test_a_day_is_as_long_as_its_clock_says(
    zone: str, day: tuple[int, int, int], begins: str, hours: int
) -> None:
    next_day = datetime(*day, 12, tzinfo=ZoneInfo(zone)) + timedelta(days=1)
    window = window_now(daily(zone, 8), int(next_day.timestamp() * 1000))
    assert shown(zone, window.start_ms) == begins
    assert window.end_ms - window.start_ms == hours * 3_600_000


def test_midnight_in_a_gap_runs_when_the_day_begins() -> None:
    zone = "America/Havana"
    run = next_run(daily(zone, 0), at(zone, 2026, 3, 7, 12))
    assert shown(zone, run.nominal_ms) == "2026-03-08T01:00-04:00"
    window = window_of(daily(zone, 0), run)
    assert (shown(zone, window.start_ms), window.end_ms) == (
        "2026-03-07T00:00-05:00",
        run.nominal_ms,
    )


def test_a_time_shown_twice_runs_once_at_the_first() -> None:
    zone = "Europe/Berlin"
    runs = next_runs(daily(zone, 2, 30), at(zone, 2026, 10, 24, 12), 2)
    assert [shown(zone, ms) for ms in runs] == ["2026-10-25T02:30+02:00", "2026-10-26T02:30+01:00"]


@pytest.mark.parametrize(
    ("weekday", "runs_at", "begins", "ends"),
    [
        (1, "2026-01-05T08:00+01:00", "2025-12-29T00:00+01:00", "2026-01-05T00:00+01:00"),
        (4, "2026-01-01T08:00+01:00", "2025-12-22T00:00+01:00", "2025-12-29T00:00+01:00"),
        (0, "2026-01-04T08:00+01:00", "2025-12-22T00:00+01:00", "2025-12-29T00:00+01:00"),
    ],
)
def test_the_week_of_new_year_is_whole(weekday: int, runs_at: str, begins: str, ends: str) -> None:
    zone = "Europe/Berlin"
    times = weekly(zone, weekday)
    run = next_run(times, at(zone, 2025, 12, 31))
    window = window_of(times, run)
    assert shown(zone, run.nominal_ms) == runs_at
    assert (shown(zone, window.start_ms), shown(zone, window.end_ms)) == (begins, ends)


def test_day_31_is_the_last_of_each_month() -> None:
    runs = next_runs(monthly("UTC", 31), at("UTC", 2027, 12, 31, 8), 4)
    days = [shown("UTC", ms)[:10] for ms in runs]
    assert days == ["2028-01-31", "2028-02-29", "2028-03-31", "2028-04-30"]


def test_day_29_is_there_in_february_only_every_four_years() -> None:
    runs = next_runs(monthly("UTC", 29), at("UTC", 2026, 1, 30), 30)
    februaries = [shown("UTC", ms)[:10] for ms in runs if shown("UTC", ms)[5:7] == "02"]
    assert februaries == ["2026-02-28", "2027-02-28", "2028-02-29"]


def test_a_month_is_the_calendar_month_before() -> None:
    zone = "America/New_York"
    times = monthly(zone, 1)
    window = window_of(times, next_run(times, at(zone, 2026, 3, 15)))
    assert shown(zone, window.start_ms) == "2026-03-01T00:00-05:00"
    assert shown(zone, window.end_ms) == "2026-04-01T00:00-04:00"


@pytest.mark.parametrize("zone", SAMPLE)
def test_windows_follow_each_other_without_gap_or_overlap(zone: str) -> None:
    changes = clock_changes(zone, 2009, 2013)[:4] or [
        int(datetime(2026, 1, 1, tzinfo=UTC).timestamp())
    ]
    for second in changes:
        for times in (daily(zone, 2, 30), daily(zone, 0), weekly(zone, 1, 0), monthly(zone, 31)):
            runs = list(islice(runs_after(times, (second - 10 * 86_400) * 1000), 20))
            windows = [window_of(times, run) for run in runs]
            for earlier, later in pairwise(windows):
                assert earlier.end_ms == later.start_ms
            assert all(
                window.start_ms < window.end_ms <= run.nominal_ms
                for window, run in zip(windows, runs, strict=True)
            )
