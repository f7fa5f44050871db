"""Counting a member's violations under another id: what the one loses the other one gets.

Rows are to be counted from the oldest to the newest, so the latest hit of what is left stays true.
The guild must be locked.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, Table, delete, select

from domain.rollup_deltas import ViolationRow, rollup_deltas
from models.rollups.moderators import ModeratorRollup
from models.rollups.offenders import OffenderRollup, OffenderTotal
from models.rollups.store import add_moderator_hours, add_offender_hours, add_totals

_NO_MINUTES = 2**62


def count_as(
    connection: Connection, rows: Sequence[ViolationRow], user_id: int, other_id: int
) -> None:
    """These violations of `user_id` are of `other_id` from now on."""
    guild_id, deltas = rows[0].guild_id, rollup_deltas(rows, (), _NO_MINUTES)
    hours = [
        (guild_id, hour, id, sign * count, last_ms)
        for (_, hour, _), (count, last_ms) in deltas.offenders.items()
        for id, sign in ((user_id, -1), (other_id, 1))
    ]
    add_offender_hours(connection, hours)
    counts = [len(rows), *deltas.members[guild_id, user_id]]
    last_ms = max(row.timestamp_ms for row in rows)
    _move_total(connection, guild_id, user_id, other_id, counts, last_ms)
    _drop_zeros(connection, OffenderRollup, OffenderRollup.user_id, guild_id, user_id)


def count_as_acted_on_by(
    connection: Connection, rows: Sequence[ViolationRow], moderator_id: int, other_id: int
) -> None:
    """What `moderator_id` did about these violations was done by `other_id`."""
    hours = [
        (guild_id, hour, id, action, bucket, sign * count)
        for (guild_id, hour, _, action, bucket), count in rollup_deltas(
            rows, (), _NO_MINUTES
        ).moderators.items()
        for id, sign in ((moderator_id, -1), (other_id, 1))
    ]
    add_moderator_hours(connection, hours)
    column = ModeratorRollup.moderator_id
    _drop_zeros(connection, ModeratorRollup, column, rows[0].guild_id, moderator_id)


def rename_hours(
    connection: Connection, guild_id: int, user_id: int, other_id: int, most: int
) -> int:
    """What is counted of violations that are kept no more: `most` rows each; how many it was."""
    offences = _take(connection, OffenderRollup, "user_id", guild_id, user_id, most)
    add_offender_hours(connection, [(*row[:2], other_id, *row[3:]) for row in offences])
    acts = _take(connection, ModeratorRollup, "moderator_id", guild_id, user_id, most)
    add_moderator_hours(connection, [(*row[:2], other_id, *row[3:]) for row in acts])
    return max(len(offences), len(acts))


def rename_total(connection: Connection, guild_id: int, user_id: int, other_id: int) -> None:
    """What is left of a member's total: of violations that are kept no more."""
    table = OffenderTotal
    columns = (table.count, table.high, table.medium, table.low, table.last_violation_ms)
    query = select(*columns).where(table.guild_id == guild_id, table.user_id == user_id)
    if (row := connection.execute(query).one_or_none()) is not None:
        *counts, last_ms = row
        _move_total(connection, guild_id, user_id, other_id, counts, last_ms)


def _move_total(
    connection: Connection,
    guild_id: int,
    user_id: int,
    other_id: int,
    counts: Sequence[int],
    last_ms: int,
) -> None:
    fewer, more = [-count for count in counts], list(counts)
    moved = {(guild_id, user_id): [*fewer, last_ms], (guild_id, other_id): [*more, last_ms]}
    add_totals(connection, moved)
    _drop_zeros(connection, OffenderTotal, OffenderTotal.user_id, guild_id, user_id)


def _drop_zeros(
    connection: Connection, model: Any, column: Any, guild_id: int, user_id: int
) -> None:
    mine = (model.guild_id == guild_id) & (column == user_id)
    connection.execute(delete(model).where(mine, model.count == 0))


def _take(
    connection: Connection, model: Any, name: str, guild_id: int, user_id: int, most: int
) -> list[tuple[Any, ...]]:
    """Rows of the first hours, in the order of their columns, deleted."""
    table: Table = model.__table__
    mine: ColumnElement[bool] = (table.c.guild_id == guild_id) & (table.c[name] == user_id)
    query: Select[Any] = select(table).where(mine).order_by(table.c.epoch_hour).limit(most)
    rows = [tuple(row) for row in connection.execute(query)]
    # Of the last hour there may be more than `most` had room for: all of it comes along.
    if len(rows) == most:
        last = mine & (table.c.epoch_hour == rows[-1][1])
        rows = [row for row in rows if row[1] != rows[-1][1]]
        rows += [tuple(row) for row in connection.execute(select(table).where(last))]
    if rows:
        connection.execute(delete(table).where(mine, table.c.epoch_hour <= rows[-1][1]))
    return rows
