"""Reading and writing the runs of scheduled reports."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, cast
from uuid import UUID

from sqlalchemy import Connection, Select, Table, delete, func, select, tuple_, update

from domain.report_schedules import BuiltReport, Cadence, RunKind, Window
from domain.report_states import RunState
from models.reports.tables import ReportOccurrence
from models.sql.bulk import BulkInsert
from models.sql.over import Over

_TABLE = cast(Table, ReportOccurrence.__table__)
_COLUMNS = (
    "guild_id", "id", "schedule_id", "kind", "nominal_ms", "start_ms", "end_ms", "timezone",
    "cadence", "state", "reason", "is_late", "exports", "created_ms", "built_ms", "ended_ms",
)  # fmt: skip
_ADD = BulkInsert(ReportOccurrence, _COLUMNS, "DO NOTHING", ("id",))
Cursor = tuple[int, UUID]  # time and id of the last one seen


@dataclass(frozen=True, slots=True, kw_only=True)
class OccurrenceRow:
    """A run as it stands; `content` is read by itself. `nominal_ms` None: a person asked for it."""

    guild_id: int
    id: UUID
    schedule_id: UUID
    kind: RunKind
    nominal_ms: int | None
    window: Window
    state: RunState
    reason: str
    created_ms: int
    is_late: bool = False
    exports: Sequence[UUID] = ()
    built_ms: int | None = None
    ended_ms: int | None = None


def add_occurrences(connection: Connection, rows: Sequence[OccurrenceRow]) -> list[OccurrenceRow]:
    """Those that are new; one for the same instant of the same schedule stays as it is."""
    added = _ADD.run(connection, [_values(row) for row in rows])
    new = {id if isinstance(id, UUID) else UUID(id) for (id,) in added}
    return [row for row in rows if row.id in new]


def occurrence_of(connection: Connection, guild_id: int, id: UUID) -> OccurrenceRow | None:
    found = _read(connection, _rows().where(_TABLE.c.guild_id == guild_id, _TABLE.c.id == id))
    return found[0] if found else None


def occurrences_of(
    connection: Connection,
    guild_id: int,
    schedule_id: UUID,
    limit: int,
    before: Cursor | None = None,
) -> list[OccurrenceRow]:
    """Latest first."""
    query = _rows().where(_TABLE.c.guild_id == guild_id, _TABLE.c.schedule_id == schedule_id)
    if before is not None:
        query = query.where(tuple_(_TABLE.c.created_ms, _TABLE.c.id) < tuple_(*before))
    query = query.order_by(_TABLE.c.created_ms.desc(), _TABLE.c.id.desc())
    return _read(connection, query.limit(limit))


def last_occurrences(connection: Connection, guild_id: int) -> dict[UUID, OccurrenceRow]:
    """Of each schedule the latest run that was no test and not left out."""
    place = func.row_number().over(
        partition_by=_TABLE.c.schedule_id, order_by=[_TABLE.c.created_ms.desc(), _TABLE.c.id.desc()]
    )
    ran = (_TABLE.c.kind != RunKind.TEST.value) & (_TABLE.c.state != RunState.SKIPPED.value)
    numbered = (
        select(_TABLE.c.id, place.label("place"))
        .where(_TABLE.c.guild_id == guild_id, ran)
        .subquery()
    )
    newest = select(numbered.c.id).where(numbered.c.place == 1)
    query = _rows().where(_TABLE.c.guild_id == guild_id, _TABLE.c.id.in_(newest))
    return {row.schedule_id: row for row in _read(connection, query)}


def open_occurrences(connection: Connection, state: RunState, most: int) -> list[OccurrenceRow]:
    """Of all guilds, the oldest first."""
    query = _rows().where(_TABLE.c.state == state.value).order_by(_TABLE.c.created_ms)
    return _read(connection, query.limit(most))


def ids_being_sent(connection: Connection, guild_id: int, schedule_id: UUID) -> list[UUID]:
    """The runs of a schedule whose deliveries are not all over."""
    mine = (_TABLE.c.guild_id == guild_id) & (_TABLE.c.schedule_id == schedule_id)
    query = select(_TABLE.c.id).where(mine, _TABLE.c.state == RunState.BUILT.value)
    return list(connection.scalars(query))


def contents_of(
    connection: Connection, guild_ids: Collection[int], ids: Collection[UUID]
) -> dict[UUID, bytes]:
    """What was made for each run; those missing whose content was erased."""
    query = select(_TABLE.c.id, _TABLE.c.content).where(
        _TABLE.c.guild_id.in_(list(guild_ids)),
        _TABLE.c.id.in_(list(ids)),
        _TABLE.c.content.is_not(None),
    )
    return {row.id: row.content for row in connection.execute(query)}


def with_content(
    connection: Connection, guild_ids: Collection[int], ids: Collection[UUID]
) -> dict[UUID, UUID]:
    """Those of these runs of which there is something to send, with the schedule of each."""
    query = select(_TABLE.c.id, _TABLE.c.schedule_id).where(
        _TABLE.c.guild_id.in_(list(guild_ids)),
        _TABLE.c.id.in_(list(ids)),
        _TABLE.c.content.is_not(None),
    )
    return {row.id: row.schedule_id for row in connection.execute(query)}


def begin(connection: Connection, guild_id: int, id: UUID, claim: UUID) -> bool:
    """Say who makes it; False where it is made, or given up, or gone."""
    return _change(connection, guild_id, id, RunState.DUE, claim=claim)


def note_built(
    connection: Connection, row: OccurrenceRow, claim: UUID, built: BuiltReport, now_ms: int
) -> bool:
    """False, and nothing changed, where the claim was lost or taken off meanwhile."""
    mine = _is(row.guild_id, row.id, RunState.DUE) & (ReportOccurrence.claim == claim)
    values = {
        "state": RunState.BUILT.value,
        "reason": "built",
        "content": built.content,
        "exports": json.dumps([str(id) for id in built.exports]),
        "claim": None,
        "built_ms": now_ms,
    }
    return connection.execute(update(ReportOccurrence).where(mine).values(values)).rowcount == 1


def end(
    connection: Connection,
    row: OccurrenceRow,
    state: RunState,
    reason: str,
    now_ms: int,
    claim: UUID | None = None,
) -> bool:
    """Close it where it still is in the state of `row`, and of this claim if one is given."""
    mine = _is(row.guild_id, row.id, row.state)
    if claim is not None:
        mine &= ReportOccurrence.claim == claim
    values = {"state": state.value, "reason": reason, "ended_ms": now_ms, "claim": None}
    return connection.execute(update(ReportOccurrence).where(mine).values(values)).rowcount == 1


def open_again(connection: Connection, guild_id: int, id: UUID) -> bool:
    """One of its deliveries is sent once more: how it ended is to be seen again.

    False where nothing is left to send.
    """
    table = ReportOccurrence
    kept = (table.guild_id == guild_id) & (table.id == id) & table.content.is_not(None)
    again = {"state": RunState.BUILT.value, "reason": "built", "ended_ms": None}
    return connection.execute(update(table).where(kept).values(again)).rowcount == 1


def is_any_later(connection: Connection, than_ms: int) -> bool:
    """Whether any run is of a later instant."""
    query = select(_TABLE.c.id).where(_TABLE.c.nominal_ms > than_ms).limit(1)
    return connection.execute(query).first() is not None


def forget_future(connection: Connection, after_ms: int) -> set[tuple[int, UUID]]:
    """Delete runs of later instants, of which nothing was made; (guild, schedule) of each.

    The clock was ahead. What was made may have been sent, and stays.
    """
    table = ReportOccurrence
    unmade = table.state.in_((RunState.DUE, RunState.SKIPPED))
    gone = delete(table).where(table.nominal_ms > after_ms, unmade)
    rows = connection.execute(gone.returning(table.guild_id, table.schedule_id))
    return {(row.guild_id, row.schedule_id) for row in rows}


def forget_runs(connection: Connection, guild_id: int, schedule_id: UUID) -> int:
    """Delete the runs of a schedule that are over; how many."""
    table = ReportOccurrence
    over = table.state.not_in((RunState.DUE, RunState.BUILT))
    mine = (table.guild_id == guild_id) & (table.schedule_id == schedule_id) & over
    return connection.execute(delete(table).where(mine)).rowcount


def runs_ended(before_ms: int) -> Over:
    """Those that ended before that."""
    return Over(ReportOccurrence, ReportOccurrence.ended_ms < before_ms)


@dataclass(frozen=True, slots=True)
class OpenRuns:
    """Runs of all guilds that wait to be made, since when the first, and those being sent."""

    due: int
    built: int
    oldest_ms: int | None


def open_runs(connection: Connection) -> OpenRuns:
    query = select(_TABLE.c.state, func.count(), func.min(_TABLE.c.created_ms))
    query = query.where(_TABLE.c.state.in_((RunState.DUE, RunState.BUILT)))
    found = {
        state: (count, oldest_ms)
        for state, count, oldest_ms in connection.execute(query.group_by(_TABLE.c.state))
    }
    due, oldest_ms = found.get(RunState.DUE, (0, None))
    return OpenRuns(due, found.get(RunState.BUILT, (0, None))[0], oldest_ms)


def _change(
    connection: Connection, guild_id: int, id: UUID, state: RunState, **values: Any
) -> bool:
    change = update(ReportOccurrence).where(_is(guild_id, id, state)).values(**values)
    return connection.execute(change).rowcount == 1


def _is(guild_id: int, id: UUID, state: RunState) -> Any:
    table = ReportOccurrence
    return (table.guild_id == guild_id) & (table.id == id) & (table.state == state.value)


def _rows() -> Select[Any]:
    return select(*(_TABLE.c[name] for name in _COLUMNS))


def _read(connection: Connection, query: Select[Any]) -> list[OccurrenceRow]:
    return [_row(row) for row in connection.execute(query)]


def _row(row: Any) -> OccurrenceRow:
    window = Window(
        start_ms=row.start_ms,
        end_ms=row.end_ms,
        timezone=row.timezone,
        cadence=Cadence(row.cadence),
        nominal_ms=row.created_ms if row.nominal_ms is None else row.nominal_ms,
    )
    return OccurrenceRow(
        guild_id=row.guild_id,
        id=row.id,
        schedule_id=row.schedule_id,
        kind=RunKind(row.kind),
        nominal_ms=row.nominal_ms,
        window=window,
        state=RunState(row.state),
        reason=row.reason,
        created_ms=row.created_ms,
        is_late=row.is_late,
        exports=tuple(UUID(id) for id in json.loads(row.exports)),
        built_ms=row.built_ms,
        ended_ms=row.ended_ms,
    )


def _values(row: OccurrenceRow) -> tuple[Any, ...]:
    window = row.window
    return (
        row.guild_id, row.id, row.schedule_id, row.kind.value, row.nominal_ms, window.start_ms,
        window.end_ms, window.timezone, window.cadence.value, row.state.value, row.reason,
        row.is_late, json.dumps([str(id) for id in row.exports]), row.created_ms, row.built_ms,
        row.ended_ms,
    )  # fmt: skip
