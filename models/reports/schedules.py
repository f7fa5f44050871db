"""Reading and writing schedules of reports, and where each goes."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast
from uuid import UUID

from sqlalchemy import (
    Connection,
    Select,
    Table,
    case,
    delete,
    func,
    insert,
    select,
    text,
    tuple_,
    update,
)

from domain.report_schedules import Cadence, MissedPolicy, Schedule, Times, WhenEmpty
from domain.windows import DAY_MS
from models.reports.tables import ReportOccurrence, ReportSchedule, ReportTarget
from models.sql.distributed import lockable

MOST_SCHEDULES = 20
# From a run to the next one, and a day for what clocks and calendars do.
LONGEST_MS = {"daily": 2 * DAY_MS, "weekly": 8 * DAY_MS, "monthly": 32 * DAY_MS}
_TABLE = cast(Table, ReportSchedule.__table__)
_TIMES = ("timezone", "hour", "minute", "weekday", "day")


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduleRow:
    """A schedule with what became of it.

    why_not  why it is off, where no person switched it off
    next_ms  when it runs next; None: not at all
    failing  its last run failed, and that was told
    """

    schedule: Schedule
    created_ms: int
    updated_ms: int
    next_ms: int | None = None
    why_not: str | None = None
    failing: bool = False
    deleted_ms: int | None = None


@dataclass(frozen=True, slots=True)
class TargetRow:
    """A channel that reports go to, of kind `kind`; it may be gone by now."""

    channel_id: UUID
    kind: str


def schedules_of(connection: Connection, guild_id: int) -> list[ScheduleRow]:
    """In the order in which they were made, without deleted ones."""
    query = _of_guild(guild_id).where(_TABLE.c.deleted_ms.is_(None))
    return _read(connection, query.order_by(_TABLE.c.created_ms, _TABLE.c.id))


def schedule_of(connection: Connection, guild_id: int, id: UUID) -> ScheduleRow | None:
    """A deleted one too: its runs are still on record."""
    found = _read(connection, _of_guild(guild_id).where(_TABLE.c.id == id))
    return found[0] if found else None


def every_schedule(connection: Connection, limit: int) -> list[ScheduleRow]:
    """Of all guilds, what runs next first."""
    query = select(_TABLE).where(_TABLE.c.deleted_ms.is_(None))
    order = (_TABLE.c.next_ms.is_(None), _TABLE.c.next_ms, _TABLE.c.guild_id, _TABLE.c.id)
    return _read(connection, query.order_by(*order).limit(limit))


def due_schedules(connection: Connection, now_ms: int, most: int) -> list[ScheduleRow]:
    """Those whose next run is over, locked here; without those that another process has locked.

    Found first and then locked: what spans guilds locks nothing.
    """
    key, is_due = (_TABLE.c.guild_id, _TABLE.c.id), _TABLE.c.enabled & (_TABLE.c.next_ms <= now_ms)
    first = select(*key).where(is_due).order_by(_TABLE.c.next_ms, *key).limit(most)
    found = [(guild_id, id) for guild_id, id in connection.execute(first)]
    query = select(_TABLE).where(is_due).with_for_update(skip_locked=True)
    rows: list[ScheduleRow] = []
    for some in lockable(connection, found):
        mine = query.where(tuple_(*key).in_(some)).order_by(_TABLE.c.next_ms, *key)
        rows += _read(connection, mine)
    return rows


def insert_schedule(connection: Connection, row: ScheduleRow) -> None:
    connection.execute(_TABLE.insert().values(_values(row)))


def save_schedule(connection: Connection, row: ScheduleRow) -> bool:
    """Write it over the version before it; False where that is not the one that is there."""
    mine = _is(row) & (ReportSchedule.version == row.schedule.version - 1)
    change = update(ReportSchedule).where(mine, ReportSchedule.deleted_ms.is_(None))
    values = {name: value for name, value in _values(row).items() if name not in ("guild_id", "id")}
    return connection.execute(change.values(values)).rowcount == 1


def plan_next(connection: Connection, row: ScheduleRow, next_ms: int) -> bool:
    """Move on from `row.next_ms`; False where somebody else did, or changed it."""
    mine = _is(row) & (ReportSchedule.next_ms == row.next_ms)
    change = update(ReportSchedule).where(mine, ReportSchedule.version == row.schedule.version)
    return connection.execute(change.values(next_ms=next_ms)).rowcount == 1


def note_failing(connection: Connection, guild_id: int, id: UUID, *, failing: bool) -> bool:
    """Whether it was not so before."""
    table = ReportSchedule
    mine = (table.guild_id == guild_id) & (table.id == id) & (table.failing != failing)
    return connection.execute(update(table).where(mine).values(failing=failing)).rowcount == 1


def count_schedules(connection: Connection, guild_id: int) -> int:
    query = select(func.count()).select_from(_TABLE)
    own = (_TABLE.c.guild_id == guild_id) & _TABLE.c.deleted_ms.is_(None)
    return connection.scalar(query.where(own)) or 0


def count_failing(connection: Connection) -> int:
    """Those of all guilds whose last run failed."""
    query = select(func.count()).select_from(_TABLE)
    # The first in the words of its index: SQLite compares them.
    wanted = (text("failing"), _TABLE.c.enabled, _TABLE.c.deleted_ms.is_(None))
    return connection.scalar(query.where(*wanted)) or 0


def overdue(connection: Connection, now_ms: int) -> tuple[int, int | None]:
    """How many schedules of all guilds should have run by now, and since when."""
    query = select(func.count(), func.min(_TABLE.c.next_ms))
    count, since_ms = connection.execute(
        query.where(_TABLE.c.enabled, _TABLE.c.next_ms <= now_ms)
    ).one()
    return int(count), since_ms


def planned_ahead(connection: Connection, now_ms: int) -> list[tuple[int, UUID]]:
    """(guild, id) of those whose next run is further ahead than a clock that is right can have set
    it: they were made or changed while it was ahead.
    """
    next_ms = _TABLE.c.next_ms
    longest_ms = case(LONGEST_MS, value=_TABLE.c.cadence)
    is_far = (next_ms > now_ms + min(LONGEST_MS.values())) & (next_ms - now_ms > longest_ms)
    query = select(_TABLE.c.guild_id, _TABLE.c.id).where(_TABLE.c.enabled, is_far)
    return [(guild_id, id) for guild_id, id in connection.execute(query)]


def targets_of(connection: Connection, guild_id: int, id: UUID) -> list[TargetRow]:
    return all_targets(connection, guild_id).get(id, [])


def all_targets(connection: Connection, guild_id: int) -> dict[UUID, list[TargetRow]]:
    """Of each schedule of a guild, in the order in which they were given."""
    table = ReportTarget
    query = select(table.schedule_id, table.channel_id, table.kind)
    query = query.where(table.guild_id == guild_id).order_by(table.place, table.channel_id)
    found: dict[UUID, list[TargetRow]] = {}
    for schedule_id, channel_id, kind in connection.execute(query):
        found.setdefault(schedule_id, []).append(TargetRow(channel_id, kind))
    return found


def set_targets(
    connection: Connection, guild_id: int, id: UUID, targets: Sequence[TargetRow]
) -> None:
    table = ReportTarget
    connection.execute(delete(table).where(table.guild_id == guild_id, table.schedule_id == id))
    rows = [
        {
            "guild_id": guild_id,
            "schedule_id": id,
            "channel_id": target.channel_id,
            "kind": target.kind,
            "place": place,
        }
        for place, target in enumerate(targets)
    ]
    if rows:
        connection.execute(insert(table), rows)


def forget_deleted(connection: Connection) -> int:
    """Those that were deleted, as soon as no run of them is kept; how many."""
    table, run = ReportSchedule, ReportOccurrence
    runs = select(run.id).where(run.guild_id == table.guild_id, run.schedule_id == table.id)
    gone = delete(table).where(table.deleted_ms.is_not(None), ~runs.exists())
    return connection.execute(gone).rowcount


def _of_guild(guild_id: int) -> Select[Any]:
    return select(_TABLE).where(_TABLE.c.guild_id == guild_id)


def _is(row: ScheduleRow) -> Any:
    schedule = row.schedule
    return (ReportSchedule.guild_id == schedule.guild_id) & (ReportSchedule.id == schedule.id)


def _read(connection: Connection, query: Select[Any]) -> list[ScheduleRow]:
    return [_row(row) for row in connection.execute(query)]


def _row(row: Any) -> ScheduleRow:
    schedule = Schedule(
        guild_id=row.guild_id,
        id=row.id,
        name=row.name,
        export_types=tuple(json.loads(row.export_types)),
        format=row.format,
        times=Times(cadence=Cadence(row.cadence), **{name: getattr(row, name) for name in _TIMES}),
        missed_policy=MissedPolicy(row.missed_policy),
        when_empty=WhenEmpty(row.when_empty),
        enabled=row.enabled,
        version=row.version,
    )
    return ScheduleRow(
        schedule=schedule,
        created_ms=row.created_ms,
        updated_ms=row.updated_ms,
        next_ms=row.next_ms,
        why_not=row.why_not,
        failing=row.failing,
        deleted_ms=row.deleted_ms,
    )


def _values(row: ScheduleRow) -> dict[str, Any]:
    schedule, times = row.schedule, row.schedule.times
    return {
        "guild_id": schedule.guild_id,
        "id": schedule.id,
        "name": schedule.name,
        "export_types": json.dumps(list(schedule.export_types)),
        "format": schedule.format,
        "cadence": times.cadence.value,
        **{name: getattr(times, name) for name in _TIMES},
        "missed_policy": schedule.missed_policy.value,
        "when_empty": schedule.when_empty.value,
        "enabled": schedule.enabled,
        "why_not": row.why_not,
        "next_ms": row.next_ms,
        "failing": row.failing,
        "version": schedule.version,
        "created_ms": row.created_ms,
        "updated_ms": row.updated_ms,
        "deleted_ms": row.deleted_ms,
    }
