"""Reports that somebody asks for at this moment: with a run of their own, never a planned one's."""

from __future__ import annotations

from uuid import UUID, uuid4

from sqlalchemy import Connection

from domain.report_schedules import RunKind, Schedule
from domain.report_states import RunState
from domain.report_times import window_now
from domain.roles import Admin, Authenticated
from models.audit_log import count_actions
from models.reports.occurrences import OccurrenceRow, add_occurrences, occurrence_of
from models.reports.schedules import ScheduleRow, schedule_of
from models.work.long import ask
from services.audit.change import Change, audited
from services.container import Parts
from services.reports.entering import BUILD
from services.reports.schedules import NoScheduleError, known_zone

MOST_A_MINUTE = 5
ACTIONS = {RunKind.MANUAL: "schedules.run", RunKind.TEST: "schedules.test"}


class TooManyRunsError(Exception):
    """MOST_A_MINUTE of a server within a minute."""


def run_now(parts: Parts, who: Authenticated[Admin], id: UUID, kind: RunKind, as_id: UUID) -> UUID:
    """Have the report of the last closed day, week or month made and sent; the id of its run.

    as_id  the run's own: what has it already is not made again

    Raises NoScheduleError, TooManyRunsError, ScheduleFieldError for a zone not known any more.
    """
    now_ms, action = parts.clock(), ACTIONS[kind]
    with audited(parts, who, action) as change:
        row = _present(change.connection, who.guild_id, id)
        if occurrence_of(change.connection, who.guild_id, as_id) is not None:
            change.happened = False
            return as_id
        _refuse_haste(change, who.guild_id, action, now_ms)
        _enter(change.connection, row.schedule, kind, as_id, now_ms)
        change.details = {"id": str(id), "run": str(as_id)}
    _wake(parts)
    return as_id


def run_by(parts: Parts, guild_id: int, id: UUID, kind: RunKind) -> UUID:
    """The same by the operator, who is no person of the guild.

    Raises NoScheduleError, ScheduleFieldError.
    """
    run_id = uuid4()
    with parts.database.write() as connection:
        row = _present(connection, guild_id, id)
        _enter(connection, row.schedule, kind, run_id, parts.clock())
    _wake(parts)
    return run_id


def _present(connection: Connection, guild_id: int, id: UUID) -> ScheduleRow:
    row = schedule_of(connection, guild_id, id)
    if row is None or row.deleted_ms is not None:
        raise NoScheduleError
    return row


def _refuse_haste(change: Change, guild_id: int, action: str, now_ms: int) -> None:
    if count_actions(change.connection, guild_id, action, now_ms) >= MOST_A_MINUTE:
        raise TooManyRunsError(f"at most {MOST_A_MINUTE} a minute")


def _enter(
    connection: Connection, schedule: Schedule, kind: RunKind, id: UUID, now_ms: int
) -> None:
    with known_zone():
        window = window_now(schedule.times, now_ms)
    run = OccurrenceRow(
        guild_id=schedule.guild_id,
        id=id,
        schedule_id=schedule.id,
        kind=kind,
        nominal_ms=None,
        window=window,
        state=RunState.DUE,
        reason="due",
        created_ms=now_ms,
    )
    add_occurrences(connection, [run])
    ask(connection, schedule.guild_id, BUILD, str(id), now_ms)


def _wake(parts: Parts) -> None:
    """Without Redis the web process looks by itself, every ten seconds."""
    parts.queue.wake_long_work()
