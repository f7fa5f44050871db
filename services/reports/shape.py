"""Schedules of reports and their runs in the order of the JSON; times RFC 3339, ids strings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from services.deliveries.shown import ShownAttempt, ShownChannel


@dataclass(frozen=True, slots=True, kw_only=True)
class NextRun:
    """By the schedule's own clock with the offset of then, and in UTC."""

    local: str
    at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownWindow:
    start: str
    end: str
    timezone: str
    cadence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownOutcome:
    """What became of a run at one target, which is shown as who asks may see it."""

    id: str
    channel: ShownChannel
    target: str | None
    status: str
    reason: str
    text: str
    due_at: str | None
    attempts: int
    may_be_repeat: bool
    last_attempt: ShownAttempt | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownRun:
    """`due_at` is None where a person asked for it."""

    id: str
    kind: str
    status: str
    reason: str
    due_at: str | None
    is_late: bool
    window: ShownWindow
    exports: list[str]
    created_at: str
    built_at: str | None
    ended_at: str | None
    deliveries: list[ShownOutcome]


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownTarget:
    """`channel_id` where it is a channel of the server, which has its settings elsewhere.

    addresses, url, thread_id  the settings of one of its own, masked for all but admins
    last                       what became of the last run there
    """

    id: str | None
    channel_id: str | None
    kind: str
    name: str | None
    addresses: Sequence[str] | None
    url: str | None
    thread_id: str | None
    state: str
    last_failure: str | None
    last: list[ShownOutcome]


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownSchedule:
    """`weekday` of a weekly one alone, `day` of a monthly one."""

    id: str
    name: str
    export_types: list[str]
    format: str
    cadence: str
    timezone: str
    hour: int
    minute: int
    weekday: int | None
    day: int | None
    missed_policy: str
    when_empty: str
    enabled: bool
    why_not: str | None
    failing: bool
    delivery: list[ShownTarget]
    next_runs: list[NextRun]
    last_run: ShownRun | None
    version: int
    created_at: str
    updated_at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SchedulesPage:
    """mailed_to: addresses that got reports of the server, which an erasure does not call back."""

    schedules: list[ShownSchedule]
    mailed_to: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RunsPage:
    runs: list[ShownRun]
    next_cursor: str | None
