"""Major events: many violations within minutes (formulas.md, "Major events").

The walk: from the first violation not yet used, take all within `RAID_SPAN_MS` (inclusive);
`RAID_MINIMUM` or more make a raid that starts there and uses them all; otherwise step one further.
A gap longer than the span leaves nothing behind it, so what follows is walked as from the start.

The restart lemma, for late events. Let violations change only at or after `changed_from_ms`.
Whether one at time t starts a raid depends only on those in [t, t + span] and on what is already
used; for t < changed_from_ms - span no change is near enough. So every raid that started before
changed_from_ms - span stays as it is, the walk before that instant steps over the same hits, and
what is left is a walk from the first hit at or after it that those raids did not use. They used
everything up to their end (the span is inclusive, so equal timestamps go together, and no raid
starts in the middle of equal timestamps: the first of them sees all that the next ones see).
"""

from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

RAID_SPAN_MS = 300_000
RAID_MINIMUM = 10
RAID_USERS_LISTED = 50


@dataclass(frozen=True, slots=True)
class Hit:
    """One violation as the walk sees it."""

    timestamp_ms: int
    violation_id: str
    user_id: int


@dataclass(frozen=True, slots=True)
class Raid:
    """From the first to the last hit used; distinct users by first appearance, at most 50."""

    started_at_ms: int
    ended_at_ms: int
    violation_count: int
    user_ids: tuple[int, ...]


@dataclass(slots=True)
class _Growing:
    """A raid that already has its minimum and takes every hit still within the span."""

    started_at_ms: int
    ended_at_ms: int = 0
    violation_count: int = 0
    # A dict for its order: the users in order of first appearance, without repeats.
    user_ids: dict[int, None] = field(default_factory=dict)

    def add(self, hit: Hit) -> None:
        self.ended_at_ms = hit.timestamp_ms
        self.violation_count += 1
        if len(self.user_ids) < RAID_USERS_LISTED:
            self.user_ids[hit.user_id] = None

    def finished(self) -> Raid:
        users = tuple(self.user_ids)
        return Raid(self.started_at_ms, self.ended_at_ms, self.violation_count, users)


def find_raids(hits: Iterable[Hit]) -> list[Raid]:
    """All raids among hits sorted by (timestamp_ms, violation_id), oldest first.

    One pass; holds fewer than `RAID_MINIMUM` hits at a time, so a stream of any length will do.
    """
    raids: list[Raid] = []
    waiting: deque[Hit] = deque()  # unused hits within the span of the first of them
    growing: _Growing | None = None
    for hit in hits:
        if growing is not None and hit.timestamp_ms - growing.started_at_ms > RAID_SPAN_MS:
            raids.append(growing.finished())
            growing = None
        if growing is not None:
            growing.add(hit)
            continue
        _step_to(waiting, hit)
        if len(waiting) == RAID_MINIMUM:
            growing = _grow_from(waiting)
    if growing is not None:
        raids.append(growing.finished())
    return raids


def restart_at(previous_raids: Sequence[Raid], changed_from_ms: int) -> int:
    """From which timestamp, inclusive, to read hits again after a change from `changed_from_ms` on.

    Raids that ended before it stay; all later ones are to be replaced by `find_raids` of the hits
    at or after it. `previous_raids` are those found before the change, in order; those started
    at or after `changed_from_ms - 2 * RAID_SPAN_MS` are enough.
    """
    reach_ms = changed_from_ms - RAID_SPAN_MS
    kept = (raid for raid in previous_raids if raid.started_at_ms < reach_ms)
    return max([reach_ms, *(raid.ended_at_ms + 1 for raid in kept)])


def _step_to(waiting: deque[Hit], hit: Hit) -> None:
    """Step over the hits too old to share a raid with this one, and let it wait too."""
    while waiting and hit.timestamp_ms - waiting[0].timestamp_ms > RAID_SPAN_MS:
        waiting.popleft()
    waiting.append(hit)


def _grow_from(waiting: deque[Hit]) -> _Growing:
    growing = _Growing(waiting[0].timestamp_ms)
    for hit in waiting:
        growing.add(hit)
    waiting.clear()
    return growing
