"""Whose turn an export is: changes that count only with the claim of the process that is at it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, delete, func, select, update

from domain.export_life import WAITING, ExportError, ExportState
from models.exports.history import WAITS, ExportRecord, ExportRow, export_of

_WAITING = tuple(state.value for state in WAITING)


@dataclass(frozen=True, slots=True)
class Turn:
    """An export, and the claim of the process that makes it."""

    guild_id: int
    id: UUID
    claim: UUID


def begin(
    connection: Connection, turn: Turn, *, attempt: int, storage_key: str, now_ms: int
) -> ExportRow | None:
    """The export as it is to be made from here on; None where it is over: cancelled, or made."""
    waits = ExportRecord.state.in_(_WAITING)
    values = {
        "state": ExportState.RUNNING.value,
        "claim": turn.claim,
        "attempt": attempt,
        "storage_key": storage_key,
        "as_of_ms": now_ms,
        "started_ms": now_ms,
        "rows_done": 0,
        "error_code": None,
    }
    change = update(ExportRecord).where(_is(turn.guild_id, turn.id), waits).values(**values)
    if not connection.execute(change).rowcount:
        return None
    return export_of(connection, turn.guild_id, turn.id)


def note(connection: Connection, turn: Turn, **values: object) -> bool:
    """Whether it is still this process's turn."""
    return (
        connection.execute(update(ExportRecord).where(_mine(turn)).values(**values)).rowcount == 1
    )


def finish(connection: Connection, turn: Turn, **values: object) -> bool:
    """It is made. False, and nothing changed, where it was cancelled or is another's."""
    done = {"state": ExportState.DONE.value, "claim": None, "error_code": None}
    return note(connection, turn, **done, **values)


def put_back(connection: Connection, turn: Turn, code: ExportError | None) -> bool:
    """It waits again, for what `code` says."""
    state = ExportState.QUEUED.value
    return note(connection, turn, **_EMPTY, state=state, error_code=code and code.value)


def fail(connection: Connection, guild_id: int, id: UUID, code: ExportError, now_ms: int) -> bool:
    """Whatever state it waits in; False where it was over."""
    waits = _is(guild_id, id) & ExportRecord.state.in_(_WAITING)
    change = update(ExportRecord).where(waits)
    state = ExportState.CANCELLED if code is ExportError.CANCELLED else ExportState.FAILED
    values = {**_EMPTY, "state": state.value, "error_code": code.value, "ended_ms": now_ms}
    return connection.execute(change.values(**values)).rowcount == 1


def erase_made(connection: Connection, guild_id: int, now_ms: int) -> list[str]:
    """No file of the guild is offered any more, what is being made begins anew; keys of files.

    The guild's row must be locked: whatever is done by then was read before the erasure.
    """
    table = ExportRecord
    mine = table.guild_id == guild_id
    keys = keys_of_guild(connection, guild_id)
    done = update(table).where(mine, table.state == ExportState.DONE.value)
    erased = {"state": ExportState.FAILED.value, "error_code": ExportError.ERASED.value}
    connection.execute(done.values(**_EMPTY, **erased, ended_ms=now_ms))
    running = update(table).where(mine, table.state == ExportState.RUNNING.value)
    connection.execute(running.values(**_EMPTY, state=ExportState.QUEUED.value))
    return keys


def forget_person(connection: Connection, guild_id: int, user_id: int, pseudonym: int) -> None:
    """As who made exports, and as whom they were about."""
    table = ExportRecord
    made = update(table).where(table.guild_id == guild_id, table.made_by == f"user:{user_id}")
    connection.execute(made.values(made_by=f"user:{pseudonym}"))
    quoted = f'"{user_id}"'
    about = update(table).where(table.guild_id == guild_id, table.filters.contains(quoted))
    other = func.replace(table.filters, quoted, f'"{pseudonym}"')
    connection.execute(about.values(filters=other))


def expire(connection: Connection, now_ms: int) -> list[str]:
    """Files whose time is over are offered no more; their keys."""
    table = ExportRecord
    # `ended_ms` has the index, and no file expires before it is made.
    over = (table.ended_ms <= now_ms) & (table.expires_ms <= now_ms)
    over &= table.state == ExportState.DONE.value
    keys = list(connection.scalars(select(table.storage_key).where(over)))
    change = update(table).where(over)
    connection.execute(change.values(state=ExportState.EXPIRED.value, storage_key=None))
    return [str(key) for key in keys]


def forget_over(connection: Connection, before_ms: int) -> None:
    """Delete the rows of those without a file that ended, or expired, before."""
    table = ExportRecord
    late = func.coalesce(table.expires_ms, table.ended_ms)
    over = (table.ended_ms < before_ms) & (late < before_ms)
    connection.execute(delete(table).where(over, table.state != ExportState.DONE.value))


def keys_in_use(connection: Connection, keys: Sequence[str]) -> dict[str, str]:
    """Of these storage keys those that a row has, with its state."""
    table = ExportRecord
    query = select(table.storage_key, table.state).where(table.storage_key.in_(keys))
    return {str(key): state for key, state in connection.execute(query)}


def keys_of_guild(connection: Connection, guild_id: int) -> list[str]:
    table = ExportRecord
    query = select(table.storage_key).where(
        table.guild_id == guild_id, table.storage_key.is_not(None)
    )
    return [str(key) for key in connection.scalars(query)]


def waiting_of(
    connection: Connection, guild_id: int, lost: Collection[UUID]
) -> tuple[int, int, int]:
    """(queued, queued for reports, running) of a server; `lost` (lost.py) wait."""
    running, of_report = _runs(lost), ExportRecord.schedule_id.is_not(None)
    counts = (~running & ~of_report, ~running & of_report, running)
    query = select(*(func.count().filter(one) for one in counts))
    found = connection.execute(query.where(ExportRecord.guild_id == guild_id, WAITS)).one()
    return found[0], found[1], found[2]


def waiting_exports(connection: Connection) -> list[tuple[int, UUID]]:
    """(guild_id, id) of all that wait or run."""
    query = select(ExportRecord.guild_id, ExportRecord.id).where(WAITS)
    return [(guild_id, id) for guild_id, id in connection.execute(query)]


@dataclass(frozen=True, slots=True)
class Standing:
    """What waits and runs: `stuck` wait for room or for the database."""

    queued: int
    running: int
    stuck: int
    oldest_queued_ms: int | None
    oldest_snapshot_ms: int | None


def standing(connection: Connection, lost: Collection[UUID]) -> Standing:
    """`lost` (lost.py) wait, whatever their state says."""
    table = ExportRecord
    running = _runs(lost)
    queued = ~running
    query = select(
        func.count().filter(queued),
        func.count().filter(running),
        func.count().filter(queued, table.error_code.is_not(None)),
        func.min(table.created_ms).filter(queued),
        func.min(table.as_of_ms).filter(running),
    )
    return Standing(*connection.execute(query.where(WAITS)).one())


def _runs(lost: Collection[UUID]) -> ColumnElement[bool]:
    running = ExportRecord.state == ExportState.RUNNING.value
    return running & ExportRecord.id.not_in(lost)


# What an export that is not made has none of.
_EMPTY: dict[str, Any] = {
    "claim": None,
    "storage_key": None,
    "size_bytes": 0,
    "sha256": None,
    "rows_done": 0,
}


def _is(guild_id: int, id: UUID) -> ColumnElement[bool]:
    return (ExportRecord.guild_id == guild_id) & (ExportRecord.id == id)


def _mine(turn: Turn) -> ColumnElement[bool]:
    running = ExportRecord.state == ExportState.RUNNING.value
    return _is(turn.guild_id, turn.id) & running & (ExportRecord.claim == turn.claim)
