"""The time a report is about, cut into the bars of its chart, and the time it is compared with."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from domain.report_schedules import Cadence, Window
from domain.wall_clock import first_instant, local_date
from domain.windows import HOUR_MS


@dataclass(frozen=True, slots=True)
class Cuts:
    """Instants, ascending: the bars lie between each and the next."""

    instants_ms: tuple[int, ...]
    labels: tuple[str, ...]  # what the axis says below each bar


def cuts_of(window: Window) -> Cuts:
    """A day by its hours, all else by local days. A day of a clock change has 23 or 25 hours."""
    if window.cadence is Cadence.DAILY:
        return _hours(window)
    days = _days(local_date(window.timezone, window.start_ms), window)
    starts = [first_instant(window.timezone, day, 0) for day in days]
    form = "%a %-d" if window.cadence is Cadence.WEEKLY else "%-d"
    return Cuts((*starts, window.end_ms), tuple(day.strftime(form) for day in days))


def before(window: Window) -> Window:
    """The day, week or month just before, by the same clock."""
    first = local_date(window.timezone, window.start_ms)
    start_ms = first_instant(window.timezone, _start_before(first, window.cadence), 0)
    return Window(
        start_ms=start_ms,
        end_ms=window.start_ms,
        timezone=window.timezone,
        cadence=window.cadence,
        nominal_ms=window.nominal_ms,
    )


def same_before(window: Window) -> list[int | None]:
    """For each bar the place of its like among those of the time before: by the clock, since a day
    on which that changes has an hour more or less. None where there was none.
    """
    there = {name: place for place, name in enumerate(_names(before(window)))}
    return [there.get(name) for name in _names(window)]


def range_words(window: Window) -> str:
    """`Monday 16 to Sunday 22 November 2026`, by the clock of its zone; both days are in it."""
    first = local_date(window.timezone, window.start_ms)
    last = local_date(window.timezone, window.end_ms - 1)
    if window.cadence is Cadence.DAILY:
        return first.strftime("%A %-d %B %Y")
    if window.cadence is Cadence.MONTHLY:
        return first.strftime("%B %Y")
    if first.month == last.month:
        return f"{first:%a} {first.day} to {last:%a} {last.day} {last:%B %Y}"
    from_year = "" if first.year == last.year else f" {first.year}"
    return f"{first:%a} {first.day} {first:%b}{from_year} to {last:%a} {last.day} {last:%b %Y}"


def zone_words(window: Window) -> str:
    """`Europe/Berlin, UTC+02:00 to UTC+01:00`: the offset at its start, and at its end if other."""
    offsets = dict.fromkeys(
        _offset(window.timezone, at_ms) for at_ms in (window.start_ms, window.end_ms - 1)
    )
    return f"{window.timezone}, {' to '.join(offsets)}"


def moment_words(timezone: str, at_ms: int) -> str:
    """`Tue 17 Nov, 21:04`, by the clock of the zone."""
    at = datetime.fromtimestamp(at_ms / 1000, ZoneInfo(timezone))
    return f"{at:%a} {at.day} {at:%b, %H:%M}"


def _names(window: Window) -> Iterator[tuple[str, int]]:
    """Of each bar its hour, weekday or day, and how many before it are called the same."""
    seen: Counter[str] = Counter()
    for label in cuts_of(window).labels:
        name, _, _ = label.partition(" ")  # of `Mon 16` the weekday
        yield name, seen[name]
        seen[name] += 1


def _hours(window: Window) -> Cuts:
    starts = range(window.start_ms, window.end_ms, HOUR_MS)
    zone = ZoneInfo(window.timezone)
    labels = (f"{datetime.fromtimestamp(at_ms / 1000, zone):%H}" for at_ms in starts)
    return Cuts((*starts, window.end_ms), tuple(labels))


def _days(first: date, window: Window) -> Sequence[date]:
    """Those that have a first instant of their own: a zone may have skipped one altogether."""
    last = local_date(window.timezone, window.end_ms - 1)
    days = (first + timedelta(days=n) for n in range((last - first).days + 1))
    instants = {first_instant(window.timezone, day, 0): day for day in days}
    return [instants[at_ms] for at_ms in sorted(instants)]


def _start_before(first: date, cadence: Cadence) -> date:
    if cadence is Cadence.MONTHLY:
        return (first - timedelta(days=1)).replace(day=1)
    return first - timedelta(days=7 if cadence is Cadence.WEEKLY else 1)


def _offset(timezone: str, at_ms: int) -> str:
    at = datetime.fromtimestamp(at_ms / 1000, ZoneInfo(timezone))
    minutes = round((at.utcoffset() or timedelta()).total_seconds() / 60)
    sign = "-" if minutes < 0 else "+"
    return f"UTC{sign}{abs(minutes) // 60:02d}:{abs(minutes) % 60:02d}"
