"""Quiet hours around each change of the clock of each zone, held to arithmetic with two offsets.

Some zones in `make test`, all of them in `make histories` (MODWATCH_TEST_EXAMPLES).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from zoneinfo import ZoneInfo, available_timezones

from domain.quiet_hours import MINUTES_PER_DAY, QuietHours, quiet_until
from tests.domain.zone_changes import clock_changes
from tests.parts import examples

IS_WHOLE = examples(1) > 1
ZONES = sorted(available_timezones())[:: 1 if IS_WHOLE else 80]
ODD = ["Africa/Casablanca", "Australia/Lord_Howe", "Pacific/Apia"]
DAY_SECONDS = 86_400
# Further from another change than any night that is looked at.
APART_SECONDS = 8 * DAY_SECONDS


@dataclass(frozen=True)
class Change:
    """Of a clock that is `before` seconds ahead of UTC until `second`, and `after` from then on."""

    second: int
    before: int
    after: int

    def first(self, wall: int) -> int:
        """The first second at which the clock shows `wall`, or has gone past it."""
        early = wall - self.before
        return early if early < self.second else max(self.second, wall - self.after)

    def nights(self, start: int, end: int) -> list[tuple[int, int]]:
        """[begin, end) of the quiet hours of the days around it, in seconds."""
        today = (self.second + self.before) // DAY_SECONDS
        days = [day * DAY_SECONDS for day in range(today - 4, today + 5)]
        later = DAY_SECONDS if end < start else 0
        return [(self.first(day + start * 60), self.first(day + later + end * 60)) for day in days]

    def hours(self) -> Iterator[tuple[int, int]]:
        """With an end before, within, and after what is skipped or comes twice."""
        shown = sorted((self.second + self.before, self.second + self.after))
        low, high = (second // 60 for second in shown)
        within = (low + high) // 2
        marks = [low - 61, low, within, high, high + 90]
        pairs = [*pairwise(marks), (within, low - 61), (high, within), (within, within - 1)]
        for start, end in pairs:
            if (start - end) % MINUTES_PER_DAY:
                yield start % MINUTES_PER_DAY, end % MINUTES_PER_DAY


def changes_of(zone: str) -> list[Change]:
    """Those that no other one is near to."""
    here, found = ZoneInfo(zone), clock_changes(zone)
    steps = [-APART_SECONDS, *found, 2**40]
    return [
        Change(second, _offset(here, second - 1), _offset(here, second))
        for before, second, after in zip(steps, found, steps[2:], strict=False)
        if min(second - before, after - second) > APART_SECONDS
    ]


def _offset(zone: ZoneInfo, second: int) -> int:
    offset = datetime.fromtimestamp(second, zone).utcoffset()
    assert offset is not None
    return int(offset.total_seconds())


def check(zone: str, change: Change, start: int, end: int) -> int:
    """At how many instants it was quiet, or not, as it had to be."""
    nights = [(begin, over) for begin, over in change.nights(start, end) if begin < over]
    quiet, near = QuietHours(start, end, zone), 2 * DAY_SECONDS
    edges = sorted({change.second, *(second for night in nights for second in night)})
    moments = [
        1000 * second - early
        for second in edges
        if abs(second - change.second) < near
        for early in (1, 0)
    ]
    for at_ms in moments:
        until_ms = quiet_until(quiet, at_ms)
        assert (until_ms is not None) == _is_in(nights, at_ms), (zone, change, start, end, at_ms)
        if until_ms is not None:
            passed = [1000 * one for one in edges if at_ms < 1000 * one < until_ms]
            assert all(_is_in(nights, one) for one in [*passed, until_ms - 1])
            assert not _is_in(nights, until_ms), (zone, change, start, end, at_ms)
    return len(moments)


def _is_in(nights: list[tuple[int, int]], at_ms: int) -> bool:
    return any(1000 * begin <= at_ms < 1000 * over for begin, over in nights)


def test_around_each_change_it_is_quiet_as_the_two_offsets_say() -> None:
    zones, changes, moments = {*ZONES, *ODD}, 0, 0
    for zone in sorted(zones):
        for change in changes_of(zone):
            changes += 1
            moments += sum(check(zone, change, *hours) for hours in change.hours())
    print(f"{moments} instants around {changes} changes of {len(zones)} zones")
    assert changes > 100
    assert moments > 40 * changes
