"""Quiet hours as instants: from the first instant the clock shows `start` to that of `end`.

What a clock shows is ambiguous twice a year, an instant never is: so the hours are turned into
instants date by date (domain/wall_clock.py), and only instants are compared.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from domain.wall_clock import first_instant, local_date

MINUTES_PER_DAY = 24 * 60


@dataclass(frozen=True, slots=True)
class QuietHours:
    """Minutes of the day in `zone`; a start after the end spans midnight.

    ValueError when both are the same: that would be never or always.
    """

    start_minute: int
    end_minute: int
    zone: str

    def __post_init__(self) -> None:
        if self.start_minute == self.end_minute:
            raise ValueError("quiet hours must not start and end at the same time")


def quiet_until(quiet: QuietHours | None, now_ms: int) -> int | None:
    """When the quiet hours that hold `now_ms` end; None when it is not quiet.

    A gap of the clock may join the end of one night to the start of the next: then the later end.
    """
    if quiet is None:
        return None
    until_ms = None
    for begin_ms, end_ms in _nights(quiet, now_ms):
        if begin_ms <= (until_ms or now_ms) < end_ms:
            until_ms = end_ms
    return until_ms


def _nights(quiet: QuietHours, now_ms: int) -> Iterator[tuple[int, int]]:
    """[begin, end) of those that may hold `now_ms`, oldest first."""
    today = local_date(quiet.zone, now_ms)
    spans_midnight = quiet.end_minute < quiet.start_minute
    for days in range(-2, 3):
        day = today + timedelta(days=days)
        last = day + timedelta(days=1) if spans_midnight else day
        yield (
            first_instant(quiet.zone, day, quiet.start_minute),
            first_instant(quiet.zone, last, quiet.end_minute),
        )


def minute_of_day(text: str) -> int:
    """Minutes since midnight of `HH:MM`."""
    hour, minute = text.split(":")
    return int(hour) * 60 + int(minute)


def time_of_day(minute: int) -> str:
    """`HH:MM` of a minute of the day."""
    return f"{minute // 60:02d}:{minute % 60:02d}"
