"""When a community is awake: days and weeks in its own time, and moments drawn from them.

Each draw takes the same amount of chance whatever the clock says. So the n-th event of a history is
the same event (same id, same member, same rule) however much later the history is made again.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate
from math import exp
from random import Random
from statistics import fmean

from domain.temporal import HOURS_PER_DAY, HOURS_PER_WEEK, hour_of_week, local_offset_segments
from domain.windows import HOUR_MS, MINUTE_MS

# The period `hour` and the one before it are shown by the minute.
RECENT_MINUTES = 180
_RECENT_HOURS = RECENT_MINUTES // 60
_GROWTH = 1.2  # from first to last hour, communities grow by this power of e
_FRIDAY, _SATURDAY, _SUNDAY = 5, 6, 0


@dataclass(frozen=True, slots=True)
class Slot:
    """A stretch of time and its share of all that happens, 0..1."""

    start_ms: int
    width_ms: int
    share: float


@dataclass(frozen=True, slots=True)
class Timeline:
    slots: list[Slot]
    _shares_until: list[float]

    @classmethod
    def ending_at(
        cls, end_ms: int, days: int, timezone: str, peak_hour: int, chance: Random
    ) -> Timeline:
        """`days` of hours up to `end_ms`, the latest three of them minute by minute."""
        stretches = list(_stretches(end_ms, days))
        first_hour = stretches[0][0] // HOUR_MS
        local = LocalHours(timezone, first_hour, end_ms // HOUR_MS + 1)
        curve = weekly_curve(peak_hour)
        growth = _GROWTH / len(stretches)
        weights = [
            curve[local.hour_of_week(start_ms)]
            * width_ms
            * exp(growth * place)
            * chance.lognormvariate(0, 0.22)
            for place, (start_ms, width_ms) in enumerate(stretches)
        ]
        total = sum(weights)
        shares = [weight / total for weight in weights]
        slots = [Slot(*stretch, share) for stretch, share in zip(stretches, shares, strict=True)]
        return cls(slots, list(accumulate(shares)))

    @property
    def start_ms(self) -> int:
        return self.slots[0].start_ms

    def moment_ms(self, share: float) -> int:
        """The time by which `share` (0..1) of all has happened."""
        place = min(bisect_right(self._shares_until, share), len(self.slots) - 1)
        slot = self.slots[place]
        within = 1 - (self._shares_until[place] - share) / slot.share
        return slot.start_ms + int(min(max(within, 0.0), 0.999_999) * slot.width_ms)


class LocalHours:
    """The local hour of the week (0 = Sunday 00:00) of times between two epoch hours."""

    def __init__(self, timezone: str, first_hour: int, end_hour: int) -> None:
        self._segments = local_offset_segments(timezone, first_hour, end_hour)
        self._starts = [start for start, _, _ in self._segments]

    def hour_of_week(self, at_ms: int) -> int:
        epoch_hour = at_ms // HOUR_MS
        _, _, offset_minutes = self._segments[bisect_right(self._starts, epoch_hour) - 1]
        return hour_of_week(epoch_hour, offset_minutes)


@lru_cache(maxsize=24)
def weekly_curve(peak_hour: int) -> tuple[float, ...]:
    """How lively each local hour of the week is; 1 is about an evening on a working day."""
    return tuple(_liveliness(hour, peak_hour) for hour in range(HOURS_PER_WEEK))


@lru_cache(maxsize=24)
def usual_liveliness(peak_hour: int) -> float:
    """The mean of a week."""
    return fmean(weekly_curve(peak_hour))


def in_order(count: int, chance: Random) -> Iterator[float]:
    """`count` uniform draws of 0..1, lowest first, without holding them.

    Source: the order statistics of uniform draws (Devroye, "Non-Uniform Random Variate
    Generation", V.3): of n left, the lowest leaves (1 - r) ** (1 / n) of the way to 1.
    """
    rest = 1.0
    for left in range(count, 0, -1):
        rest *= (1 - chance.random()) ** (1 / left)
        yield 1 - rest


def _stretches(end_ms: int, days: int) -> Iterator[tuple[int, int]]:
    recent_ms = end_ms - RECENT_MINUTES * MINUTE_MS
    for hours_back in range(days * HOURS_PER_DAY - _RECENT_HOURS, 0, -1):
        yield recent_ms - hours_back * HOUR_MS, HOUR_MS
    for minute in range(RECENT_MINUTES):
        yield recent_ms + minute * MINUTE_MS, MINUTE_MS


def _liveliness(hour: int, peak_hour: int) -> float:
    day, hour_of_day = divmod(hour, HOURS_PER_DAY)
    evening = _bump(hour_of_day, peak_hour, 3.2)
    free = day in (_SATURDAY, _SUNDAY)
    afternoon = _bump(hour_of_day, 15, 4.0) * (0.75 if free else 0.4)
    late = 0.35 * _bump(hour_of_day, 1, 2.0) if day in (_SATURDAY, _SUNDAY) else 0.0
    weekend = 1.25 if free or (day == _FRIDAY and hour_of_day >= 17) else 1.0
    return 0.05 + weekend * (evening + afternoon) + late


def _bump(hour: int, middle: int, width: float) -> float:
    """A bell around `middle` on the clock's face, where 23 is next to 0."""
    away = min((hour - middle) % HOURS_PER_DAY, (middle - hour) % HOURS_PER_DAY)
    return exp(-((away / width) ** 2) / 2)
