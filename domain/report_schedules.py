"""Scheduled reports: what people choose of one, the time it is about, and one firing of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID


class Cadence(StrEnum):
    DAILY = "daily"
    WEEKLY = "weekly"
    MONTHLY = "monthly"


class MissedPolicy(StrEnum):
    """What becomes of the runs that fell into a time in which nobody looked."""

    RUN_ONCE = "run_once"  # the latest of them, marked as late
    SKIP = "skip"
    BACKFILL = "backfill"  # each of them


class WhenEmpty(StrEnum):
    """What becomes of a report about a time in which nothing happened."""

    SEND = "send"
    SKIP = "skip"


class RunKind(StrEnum):
    SCHEDULED = "scheduled"
    MANUAL = "manual"  # a person wanted one now
    TEST = "test"  # the same, and it says so
    PREVIEW = "preview"  # shown to the person who asks, and sent to nobody


@dataclass(frozen=True, slots=True, kw_only=True)
class Times:
    """When a schedule runs, by the clock of its zone.

    weekday  of a weekly one: 0 = Sunday, as in the heat map
    day      of a monthly one: 1 to 31; in a shorter month its last day
    """

    cadence: Cadence
    timezone: str
    hour: int
    minute: int = 0
    weekday: int = 0
    day: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """`export_types`: the views it shows and whose rows its file has, in `format`."""

    guild_id: int
    id: UUID
    name: str
    export_types: Sequence[str]
    format: str
    times: Times
    missed_policy: MissedPolicy = MissedPolicy.RUN_ONCE
    when_empty: WhenEmpty = WhenEmpty.SEND
    enabled: bool = True
    version: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """The closed day, week (Monday to Sunday) or month, by the clock of `timezone`.

    nominal_ms  when the report is due; of a run that a person asked for: when that was
    """

    start_ms: int
    end_ms: int
    timezone: str
    cadence: Cadence
    nominal_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Occurrence:
    """One firing of a schedule. `is_late`: it was due while nobody looked."""

    id: UUID
    kind: RunKind
    schedule: Schedule
    window: Window
    is_late: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class BuiltReport:
    """A report made once, so that each target and each further try gets the same bytes.

    content   all that its messages are made of; kept as it is
    is_empty  nothing happened in its window
    exports   ids of the files that belong to it
    """

    content: bytes
    is_empty: bool = False
    exports: Sequence[UUID] = ()
