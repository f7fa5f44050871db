"""Telling that a report failed: once, until it works again."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from sqlalchemy import Connection

from adapters.telemetry.counts import REPORTS
from domain.alert_rules import PRIORITY_OF, EventType
from domain.alert_words import report_failed, report_switched_off
from domain.guild_state import GuildState
from domain.messages import MessageKind
from domain.report_schedules import RunKind, Schedule
from domain.report_states import RunState
from models.guilds.guild import lock_guilds
from models.reports.occurrences import OccurrenceRow, end, occurrence_of
from models.reports.schedules import ScheduleRow, note_failing, schedule_of
from services.container import Parts
from services.notifications.telling import Notice, tell

NOT_MADE = "It could not be made."
NOT_ARRIVED = "It did not arrive everywhere."


def give_up(parts: Parts, guild_id: int, id: UUID) -> None:
    """A run that cannot be made: that is its end, and people are told."""
    with parts.database.write() as connection:
        guilds = lock_guilds(connection, [guild_id])
        run = occurrence_of(connection, guild_id, id)
        if run is None or run.state is not RunState.DUE:
            return
        if not end(connection, run, RunState.FAILED, "not_made", parts.clock()):
            return
        REPORTS.labels(RunState.FAILED.value).inc()
        if run.kind is RunKind.SCHEDULED:
            note_failure(connection, parts, guilds, run, NOT_MADE)
    parts.after_telling()


def note_failure(
    connection: Connection,
    parts: Parts,
    guilds: Mapping[int, GuildState],
    run: OccurrenceRow,
    why: str,
) -> None:
    """Tell of the first failure of a streak. The guild's row is locked by the caller."""
    row = schedule_of(connection, run.guild_id, run.schedule_id)
    if row is None or row.deleted_ms is not None:
        return
    if note_failing(connection, run.guild_id, run.schedule_id, failing=True):
        said = report_failed(row.schedule.name, why)
        _tell(connection, parts, guilds, row.schedule, str(run.id), said)


def note_success(connection: Connection, run: OccurrenceRow) -> None:
    note_failing(connection, run.guild_id, run.schedule_id, failing=False)


def tell_switched_off(
    connection: Connection, parts: Parts, guilds: Mapping[int, GuildState], row: ScheduleRow
) -> None:
    schedule = row.schedule
    said = report_switched_off(schedule.name, schedule.times.timezone)
    _tell(connection, parts, guilds, schedule, f"off:{schedule.version}", said)


def _tell(
    connection: Connection,
    parts: Parts,
    guilds: Mapping[int, GuildState],
    schedule: Schedule,
    what: str,
    said: tuple[str, str],
) -> None:
    notice = Notice(
        guild_id=schedule.guild_id,
        kind=MessageKind.NOTIFICATION,
        event_type=EventType.REPORT_FAILED,
        priority=PRIORITY_OF[EventType.REPORT_FAILED],
        dedup_key=f"report:{schedule.id}:{what}",
        title=said[0],
        message=said[1],
        link=f"#schedule/{schedule.id}",
    )
    tell(connection, parts.secrets, guilds, [notice], parts.clock())
