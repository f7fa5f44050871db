"""What is usual for a guild at an hour of the day, which incidents are told from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from domain.raids import RAID_SPAN_MS
from domain.windows import HOUR_MS

GAP_MS = RAID_SPAN_MS
LOOK_BACK_DAYS = 14
# As many of the fullest hours are left out: a raid of last week is not usual.
RAIDS_FORGIVEN = 3


@dataclass(frozen=True, slots=True)
class Usual:
    """Violations an hour, for one guild about one hour of the day: mean, and of a busy one."""

    per_hour: float = 0.0
    busy: int = 0

    @property
    def gap_ms(self) -> int:
        """The longest gap at which hits hang together."""
        return min(GAP_MS, int(HOUR_MS / 2 / self.per_hour)) if self.per_hour else GAP_MS


def usual_of(counts: Mapping[int, int], hour: int) -> Usual:
    """From violations by epoch hour: this hour of the day and its neighbours, in 14 days before."""
    hours = (hour - 24 * day + near for day in range(1, LOOK_BACK_DAYS + 1) for near in (-1, 0, 1))
    kept = sorted(counts.get(one, 0) for one in hours)[:-RAIDS_FORGIVEN]
    return Usual(sum(kept) / len(kept), kept[-1])


def echoes(hours: range, last_hour: int) -> Iterator[range]:
    """The later hours, up to `last_hour`, for which other things are usual once `hours` changed."""
    for day in range(1, LOOK_BACK_DAYS + 1):
        first = hours.start + 24 * day - 1
        if first > last_hour:
            return
        yield range(first, min(hours.stop + 24 * day + 1, last_hour + 1))
