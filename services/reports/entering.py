"""Entering runs: one row each under a unique key, and the work of making those that are new."""

from __future__ import annotations

from collections.abc import Sequence
from zoneinfo import ZoneInfoNotFoundError

from sqlalchemy import Connection

from adapters.telemetry.counts import REPORTS
from domain.report_plan import Plan, Planned, occurrence_id, plan
from domain.report_schedules import RunKind
from domain.report_states import RunState
from domain.report_times import window_of
from models.reports.occurrences import OccurrenceRow, add_occurrences
from models.reports.schedules import ScheduleRow
from models.work.long import ask

BUILD = "reports.build"  # a kind of long work; its subject is the run's id


def planned(row: ScheduleRow, now_ms: int) -> Plan | None:
    """None for a zone that this host does not know, or does not know any more."""
    assert row.next_ms is not None
    try:
        return plan(row.schedule.times, row.schedule.missed_policy, row.next_ms, now_ms)
    except ZoneInfoNotFoundError:
        return None


def enter(
    connection: Connection, row: ScheduleRow, some: Sequence[Planned], why_not: str, now_ms: int
) -> int:
    """Enter these runs, and have those made that are new and to be made: how many.

    why_not  of those that are left out
    """
    runs = [_run(row, one, why_not, now_ms) for one in some]
    added = add_occurrences(connection, runs)
    new = [run for run in added if run.state is RunState.DUE]
    REPORTS.labels(RunState.SKIPPED.value).inc(len(added) - len(new))
    for run in new:
        ask(connection, run.guild_id, BUILD, str(run.id), now_ms)
    return len(new)


def _run(row: ScheduleRow, one: Planned, why_not: str, now_ms: int) -> OccurrenceRow:
    schedule, nominal_ms = row.schedule, one.run.nominal_ms
    return OccurrenceRow(
        guild_id=schedule.guild_id,
        id=occurrence_id(schedule.id, nominal_ms),
        schedule_id=schedule.id,
        kind=RunKind.SCHEDULED,
        nominal_ms=nominal_ms,
        window=window_of(schedule.times, one.run),
        state=RunState.DUE if one.is_made else RunState.SKIPPED,
        reason="due" if one.is_made else why_not,
        is_late=one.is_late,
        created_ms=now_ms,
        ended_ms=None if one.is_made else now_ms,
    )
