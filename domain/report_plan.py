"""What is to be done when the time of a schedule's next run is over: which runs, which not."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import takewhile
from uuid import UUID, uuid5

from domain.report_schedules import MissedPolicy, Times
from domain.report_states import LATE_AFTER_MS, MOST_MISSED
from domain.report_times import Run, next_run, runs_after
from domain.windows import HOUR_MS

# New rules of its zone may have a run come so much earlier than it was planned. No other run lies
# within: they are most of a day apart.
MOVED_MS = 3 * HOUR_MS


@dataclass(frozen=True, slots=True)
class Planned:
    """`is_late`: it was missed; `is_made`: there will be a report all the same."""

    run: Run
    is_late: bool
    is_made: bool


@dataclass(frozen=True, slots=True)
class Plan:
    planned: Sequence[Planned]
    next_ms: int


def plan(times: Times, policy: MissedPolicy, next_ms: int, now_ms: int) -> Plan:
    """The runs from `next_ms` to now, MOST_MISSED of them at most, and when the one after is."""
    after_ms = next_ms - MOVED_MS
    over = takewhile(lambda run: run.nominal_ms <= now_ms, runs_after(times, after_ms))
    runs = deque(over, maxlen=MOST_MISSED)
    planned = []
    for run in runs:
        is_late = now_ms - run.nominal_ms > LATE_AFTER_MS
        planned.append(Planned(run, is_late, _is_made(policy, is_late, run is runs[-1])))
    return Plan(planned, next_run(times, now_ms).nominal_ms)


def occurrence_id(schedule_id: UUID, nominal_ms: int) -> UUID:
    """The same whoever plans it, and after a restore: a second one has the name of the first."""
    return uuid5(schedule_id, str(nominal_ms))


def subject_of(occurrence: UUID) -> str:
    """What its deliveries are about, in their words."""
    return f"report:{occurrence}"


def occurrence_of_subject(subject: str) -> UUID:
    return UUID(subject.removeprefix("report:"))


def delivery_id(occurrence: UUID, channel_id: UUID, address: str) -> UUID:
    """Likewise: the receivers that know a message by its key drop the second one."""
    return uuid5(occurrence, f"{channel_id}:{address}")


def _is_made(policy: MissedPolicy, is_late: bool, is_latest: bool) -> bool:
    if policy is MissedPolicy.RUN_ONCE:
        return is_latest
    return policy is MissedPolicy.BACKFILL or not is_late
