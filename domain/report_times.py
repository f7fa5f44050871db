"""When scheduled reports run, and the closed day, week or month that each is about.

A run is a date and a time of the clock in the schedule's zone. A time that the clock skips is the
first instant after the gap, one that it shows twice the first of the two; in a month without the
day it is the month's last one. A date that the zone never had (Samoa, 30 December 2011) is no day.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import islice

from domain.report_schedules import Cadence, Times, Window
from domain.wall_clock import first_instant, local_date

NEXT_RUNS = 5
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Run:
    """`day`: the date it was planned for, by the clock of the schedule."""

    nominal_ms: int
    day: date


def runs_after(times: Times, after_ms: int) -> Iterator[Run]:
    """Every run later than that, in order and without end.

    ZoneInfoNotFoundError for an unknown zone.
    """
    last_ms = after_ms
    # Two days earlier: by the clock a later run may lie before, where a gap or fold is near.
    for day in _days(times, local_date(times.timezone, after_ms) - 2 * _DAY):
        nominal_ms = first_instant(times.timezone, day, times.hour * 60 + times.minute)
        if nominal_ms > last_ms:
            last_ms = nominal_ms
            yield Run(nominal_ms, day)


def next_run(times: Times, after_ms: int) -> Run:
    return next(runs_after(times, after_ms))


def next_runs(times: Times, after_ms: int, count: int = NEXT_RUNS) -> list[int]:
    """The instants of the next runs."""
    return [run.nominal_ms for run in islice(runs_after(times, after_ms), count)]


def window_of(times: Times, run: Run) -> Window:
    """The last closed day, week or month before the day of the run."""
    first, end = _closed(times, run.day)
    return Window(
        start_ms=first_instant(times.timezone, first, 0),
        end_ms=first_instant(times.timezone, end, 0),
        timezone=times.timezone,
        cadence=times.cadence,
        nominal_ms=run.nominal_ms,
    )


def window_now(times: Times, now_ms: int) -> Window:
    """The same for a report that a person asks for at this moment."""
    return window_of(times, Run(now_ms, local_date(times.timezone, now_ms)))


def _closed(times: Times, day: date) -> tuple[date, date]:
    """First day of the period, and the day after its last."""
    if times.cadence is Cadence.WEEKLY:
        monday = day - day.weekday() * _DAY
        return monday - 7 * _DAY, monday
    if times.cadence is Cadence.MONTHLY:
        first = day.replace(day=1)
        return (first - _DAY).replace(day=1), first
    before = day - _DAY
    while not _is_day(times.timezone, before):
        before -= _DAY
    return before, day


def _days(times: Times, since: date) -> Iterator[date]:
    if times.cadence is Cadence.MONTHLY:
        yield from _days_of_months(times.day, since)
    elif times.cadence is Cadence.WEEKLY:
        day = since + (times.weekday - since.isoweekday()) % 7 * _DAY
        while True:
            yield day
            day += 7 * _DAY
    else:
        day = since
        while True:
            if _is_day(times.timezone, day):
                yield day
            day += _DAY


def _days_of_months(wanted: int, since: date) -> Iterator[date]:
    month = since.replace(day=1)
    while True:
        length = monthrange(month.year, month.month)[1]
        yield month.replace(day=min(wanted, length))
        month += timedelta(days=length)


def _is_day(zone: str, day: date) -> bool:
    """Whether the zone's clock ever showed this date."""
    return first_instant(zone, day, 0) < first_instant(zone, day + _DAY, 0)
