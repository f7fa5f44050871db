"""Incidents: violations that belong together, told from a busy hour (docs/incidents.md).

Hits hang together while the pace holds: a gap of at most `GAP_MS`, and of at most half the
gap that is usual for this guild and hour. Such a run is an incident when it is large, and larger
than what a busy hour brings. Incidents at most `GAP_MS` apart are one. Who broke none of an
incident's rules is a bystander and not counted in.

What is usual comes from hours that are over for nearly a day, so a hit changes the walk around
itself, and what is usual for the hours of `echoes`.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple, TypeVar

from domain.incident_hours import GAP_MS, Usual
from domain.raids import RAID_MINIMUM, RAID_SPAN_MS
from domain.windows import HOUR_MS, MINUTE_MS

FAST_MINIMUM = RAID_MINIMUM  # where so many come within `RAID_SPAN_MS`
SLOW_MINIMUM = 16
BUSY_FACTOR = 2.5
RULE_SHARE = 0.1
CALM_MS = GAP_MS  # so long after its last moment an incident is over
GOING_ON, OVER = "going_on", "over"

_Key = TypeVar("_Key", int, str)


class IncidentHit(NamedTuple):
    """One violation as the walk sees it; `rule` is its hash."""

    timestamp_ms: int
    user_id: int
    rule: int
    channel_id: int | None
    action: str


_BUCKETS_SECONDS = (1, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600)
BUCKETS_SHOWN = 60


def bucket_seconds(long_ms: int) -> int:
    """How wide the bars of an incident's pace are, so that there are some 60 at most."""
    for seconds in _BUCKETS_SECONDS:
        if long_ms // (seconds * 1000) < BUCKETS_SHOWN - 1:
            return seconds
    return _BUCKETS_SECONDS[-1] * -(-long_ms // (3_600_000 * (BUCKETS_SHOWN - 1)))


def is_over(ended_ms: int, now_ms: int) -> bool:
    return now_ms - ended_ms > CALM_MS


def state_of(ended_ms: int, now_ms: int) -> str:
    return OVER if is_over(ended_ms, now_ms) else GOING_ON


UsualAt = Callable[[int], Usual]  # by epoch hour


@dataclass(slots=True)
class IncidentMember:
    """What one member did in an incident, and what was done: violations by action."""

    user_id: int
    first_ms: int
    last_ms: int
    violation_count: int = 0
    actions: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True)
class Incident:
    """From the first to the last violation of its members; counts are theirs alone.

    The walk took it from [from_ms, until_ms], in which bystanders had violations too.
    """

    from_ms: int
    until_ms: int
    started_ms: int
    ended_ms: int
    violation_count: int
    bystander_violations: int
    usual_per_hour: float
    members: tuple[IncidentMember, ...]
    rules: Mapping[int, int]
    channels: Mapping[int, int]
    actions: Mapping[str, int]


@dataclass(slots=True)
class _Person:
    member: IncidentMember
    rules: Counter[int] = field(default_factory=Counter)
    channels: Counter[int] = field(default_factory=Counter)


class _Tally:
    """A stretch of hits by member: as large as their number, not as that of the hits."""

    def __init__(self, from_ms: int) -> None:
        self.from_ms = self.until_ms = from_ms
        self.count = 0
        self.people: dict[int, _Person] = {}

    def add(self, hit: IncidentHit) -> None:
        self.until_ms = hit.timestamp_ms
        self.count += 1
        person = self._person(hit.user_id, hit.timestamp_ms)
        person.member.last_ms = hit.timestamp_ms
        person.member.violation_count += 1
        person.member.actions[hit.action] += 1
        person.rules[hit.rule] += 1
        if hit.channel_id is not None:
            person.channels[hit.channel_id] += 1

    def join(self, later: _Tally) -> None:
        self.until_ms = later.until_ms
        self.count += later.count
        for user_id, theirs in later.people.items():
            person = self._person(user_id, theirs.member.first_ms)
            person.member.last_ms = theirs.member.last_ms
            person.member.violation_count += theirs.member.violation_count
            person.member.actions += theirs.member.actions
            person.rules += theirs.rules
            person.channels += theirs.channels

    def _person(self, user_id: int, first_ms: int) -> _Person:
        if user_id not in self.people:
            self.people[user_id] = _Person(IncidentMember(user_id, first_ms, first_ms))
        return self.people[user_id]


class _Run(_Tally):
    """Hits that hang together."""

    def __init__(self, from_ms: int) -> None:
        super().__init__(from_ms)
        self._recent: deque[int] = deque(maxlen=FAST_MINIMUM)
        self.is_fast = False

    def add(self, hit: IncidentHit) -> None:
        super().add(hit)
        self._recent.append(hit.timestamp_ms)
        full = len(self._recent) == FAST_MINIMUM
        self.is_fast |= full and hit.timestamp_ms - self._recent[0] <= RAID_SPAN_MS

    @property
    def minimum(self) -> int:
        return FAST_MINIMUM if self.is_fast else SLOW_MINIMUM


class IncidentWalk:
    """Takes hits in the order of time; `found` has the incidents that nothing more can change."""

    def __init__(self, usual_at: UsualAt) -> None:
        self.found: list[Incident] = []
        self._usual_at = usual_at
        self._run: _Run | None = None
        # Runs that are incidents, at most `GAP_MS` apart, and what came since the last of them.
        self._large: _Tally | None = None
        self._since: list[_Run] = []
        self._minimum = FAST_MINIMUM

    def add(self, hit: IncidentHit) -> None:
        self.begins_anew_at(hit.timestamp_ms)
        if self._run is None:
            self._run = _Run(hit.timestamp_ms)
        self._run.add(hit)

    def begins_anew_at(self, at_ms: int) -> bool:
        """Whether a hit then would owe nothing to those before it."""
        run = self._run
        if run is not None and at_ms - run.until_ms > self._gap_ms(at_ms):
            self._end_run(run)
        next_ms = at_ms if self._run is None else self._run.from_ms
        if self._large is not None and next_ms - self._large.until_ms > GAP_MS:
            self._end_incident(self._large)
        return self._run is None and self._large is None

    def finish(self) -> list[Incident]:
        if self._run is not None:
            self._end_run(self._run)
        if self._large is not None:
            self._end_incident(self._large)
        return self.found

    def _gap_ms(self, at_ms: int) -> int:
        return self._usual_at(at_ms // HOUR_MS).gap_ms

    def _end_run(self, run: _Run) -> None:
        self._run = None
        if self._large is not None and run.from_ms - self._large.until_ms > GAP_MS:
            self._end_incident(self._large)
        if not self._is_large(run):
            if self._large is not None:
                self._since.append(run)
            return
        if self._large is None:
            self._large, self._minimum = run, run.minimum
            return
        for between in (*self._since, run):
            self._large.join(between)
        self._since, self._minimum = [], min(self._minimum, run.minimum)

    def _is_large(self, run: _Run) -> bool:
        hours = range(run.from_ms // HOUR_MS, run.until_ms // HOUR_MS + 1)
        busy = max(self._usual_at(hour).busy for hour in hours)
        long_ms = max(run.until_ms - run.from_ms, MINUTE_MS)
        return run.count >= run.minimum + BUSY_FACTOR * busy * long_ms / HOUR_MS

    def _end_incident(self, large: _Tally) -> None:
        self._large, self._since = None, []
        usual = self._usual_at(large.from_ms // HOUR_MS)
        incident = _without_bystanders(large, usual)
        if incident.violation_count >= self._minimum:
            self.found.append(incident)


def find_incidents(hits: Iterable[IncidentHit], usual_at: UsualAt) -> list[Incident]:
    """All incidents among hits in the order of time, oldest first."""
    walk = IncidentWalk(usual_at)
    for hit in hits:
        walk.add(hit)
    return walk.finish()


def run_start(times_backwards_ms: Iterable[int], from_ms: int, usual_at: UsualAt) -> int:
    """Where the run begins that a hit at `from_ms` might be part of.

    `times_backwards_ms`: of the hits before it, latest first. Read as far as needed.
    """
    start_ms, gap_ms = from_ms, GAP_MS
    for at_ms in times_backwards_ms:
        if start_ms - at_ms > gap_ms:
            break
        start_ms, gap_ms = at_ms, usual_at(at_ms // HOUR_MS).gap_ms
    return start_ms


def _without_bystanders(tally: _Tally, usual: Usual) -> Incident:
    kinds = _leading_rules(tally)
    people = [one for one in tally.people.values() if not kinds or kinds & one.rules.keys()]
    members = sorted(
        (one.member for one in people), key=lambda one: (-one.violation_count, one.user_id)
    )
    violations = sum(one.violation_count for one in members)
    return Incident(
        from_ms=tally.from_ms,
        until_ms=tally.until_ms,
        started_ms=min(one.first_ms for one in members),
        ended_ms=max(one.last_ms for one in members),
        violation_count=violations,
        bystander_violations=tally.count - violations,
        usual_per_hour=round(usual.per_hour, 2),
        members=tuple(members),
        rules=_sum(one.rules for one in people),
        channels=_sum(one.channels for one in people),
        actions=_sum(one.member.actions for one in people),
    )


def _leading_rules(tally: _Tally) -> set[int]:
    """Rules with a tenth of the violations; none where there is no such: all are members then."""
    rules = _sum(one.rules for one in tally.people.values())
    return {rule for rule, count in rules.items() if count >= max(3, RULE_SHARE * tally.count)}


def _sum(counters: Iterable[Counter[_Key]]) -> Counter[_Key]:
    total: Counter[_Key] = Counter()
    for one in counters:
        total.update(one)
    return total
