"""What time alone makes due: runs of schedules, entered once by whoever looks first.

Any number of processes may do this, any number of times: a run is a row under a unique key.
"""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID
from zoneinfo import ZoneInfoNotFoundError

import structlog
from sqlalchemy import Connection

from domain.report_states import LATE_AFTER_MS
from domain.report_times import next_run
from models.guilds.guild import lock_guilds
from models.reports.occurrences import forget_future, is_any_later
from models.reports.schedules import (
    ScheduleRow,
    due_schedules,
    overdue,
    plan_next,
    planned_ahead,
    save_schedule,
    schedule_of,
)
from services.container import Parts
from services.reports.entering import enter, planned
from services.reports.failures import tell_switched_off

AT_ONCE = 50  # schedules a transaction: others wait for it
ZONE_UNKNOWN = "zone_unknown"
_log = structlog.get_logger()


def plan_due(parts: Parts) -> int:
    """Enter every run that is due, to be made; how many are new. Writes only where there is one."""
    now_ms = parts.clock()
    with parts.database.read() as connection:
        is_due = overdue(connection, now_ms)[0] > 0
        was_ahead = is_any_later(connection, now_ms + LATE_AFTER_MS)
        was_ahead = was_ahead or bool(planned_ahead(connection, now_ms))
    if was_ahead:
        _after_clock_went_back(parts)
    entered, looked_at = 0, AT_ONCE if is_due or was_ahead else 0
    while looked_at == AT_ONCE:
        looked_at, new = _plan_some(parts)
        entered += new
    return entered


def _plan_some(parts: Parts) -> tuple[int, int]:
    """How many schedules were looked at, and how many runs are new."""
    now_ms, entered = parts.clock(), 0
    unknown: list[ScheduleRow] = []
    with parts.database.write() as connection:
        rows = due_schedules(connection, now_ms, AT_ONCE)
        for row in rows:
            made = planned(row, now_ms)
            if made is None:
                unknown.append(row)
            elif plan_next(connection, row, made.next_ms):
                entered += enter(connection, row, made.planned, "missed", now_ms)
    for row in unknown:
        _switch_off(parts, row)
    return len(rows), entered


def _after_clock_went_back(parts: Parts) -> None:
    """What a clock that was ahead has planned comes when its time comes."""
    now_ms = parts.clock()
    with parts.database.write() as connection:
        unmade = forget_future(connection, now_ms + LATE_AFTER_MS)
        for guild_id, schedule_id in sorted(unmade | {*planned_ahead(connection, now_ms)}):
            _plan_anew(connection, guild_id, schedule_id, now_ms)


def _plan_anew(connection: Connection, guild_id: int, schedule_id: UUID, now_ms: int) -> None:
    row = schedule_of(connection, guild_id, schedule_id)
    if row is None or row.next_ms is None:
        return
    try:
        next_ms = next_run(row.schedule.times, now_ms).nominal_ms
    except ZoneInfoNotFoundError:
        next_ms = now_ms  # then it is found out, and switched off
    plan_next(connection, row, next_ms)
    _log.warning("report_planned_anew", guild_id=str(guild_id), schedule_id=str(schedule_id))


def _switch_off(parts: Parts, row: ScheduleRow) -> None:
    """One that cannot be planned says so, and holds up no other."""
    schedule = row.schedule
    off = replace(schedule, enabled=False, version=schedule.version + 1)
    changed = replace(row, schedule=off, why_not=ZONE_UNKNOWN, next_ms=None)
    with parts.database.write() as connection:
        guilds = lock_guilds(connection, [schedule.guild_id])
        if save_schedule(connection, changed):
            tell_switched_off(connection, parts, guilds, changed)
    parts.after_telling()
