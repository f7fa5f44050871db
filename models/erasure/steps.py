"""Taking a person out of violations, so many at once: how much they did decides how many steps.

Each step leaves every count true, and none is lost or done twice when the next one comes late.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple, cast

from sqlalchemy import ColumnElement, Connection, Table, bindparam, select, update

from domain.rollup_deltas import ViolationRow
from models.erasure.reasons import count_reasons, without_reason
from models.events.tables import Violation
from models.rollups.renaming import count_as, count_as_acted_on_by, rename_hours


class Step(NamedTuple):
    """What a step did: violations that were made anonymous, and whether all is done."""

    violations: int
    is_last: bool


def erase_some(
    connection: Connection, guild_id: int, user_id: int, pseudonym: int, most: int
) -> Step:
    """The oldest of the member's violations; after the last of them, of those they acted on.

    `most` of each. The guild's row must be locked.
    """
    committed = _oldest(connection, guild_id, Violation.user_id == user_id, most)
    if committed:
        _erase_committed(connection, committed, user_id, pseudonym)
    if len(committed) == most:
        return Step(most, is_last=False)
    # Not in each step: no index finds them, so all of the guild's violations are read for it.
    acted_on = _oldest(connection, guild_id, Violation.moderator_id == user_id, most)
    if acted_on:
        _set(connection, [row._replace(moderator_id=pseudonym) for row in acted_on])
        count_as_acted_on_by(connection, acted_on, user_id, pseudonym)
    if len(acted_on) == most:
        return Step(len(committed), is_last=False)
    hours = rename_hours(connection, guild_id, user_id, pseudonym, most)
    return Step(len(committed), is_last=hours < most)


def _erase_committed(
    connection: Connection, rows: Sequence[ViolationRow], user_id: int, pseudonym: int
) -> None:
    silent = [without_reason(row) for row in rows]
    _set(
        connection,
        [row._replace(user_id=pseudonym, message_id=None, content_hash=None) for row in silent],
    )
    count_reasons(connection, rows, silent)
    count_as(connection, rows, user_id, pseudonym)


def _oldest(
    connection: Connection, guild_id: int, whose: ColumnElement[bool], most: int
) -> list[ViolationRow]:
    table = _table()
    query = select(*(table.c[name] for name in ViolationRow._fields))
    query = query.where(Violation.guild_id == guild_id, whose)
    query = query.order_by(Violation.timestamp_ms, Violation.id).limit(most)
    return [ViolationRow(*row) for row in connection.execute(query)]


_CHANGED = ("user_id", "moderator_id", "reason", "text_hash", "message_id", "content_hash")


def _set(connection: Connection, rows: Sequence[ViolationRow]) -> None:
    table = _table()
    this = (table.c.guild_id == bindparam("of_guild")) & (table.c.id == bindparam("of_id"))
    change = update(table).where(this)
    change = change.values({name: bindparam(f"new_{name}") for name in _CHANGED})
    values: list[dict[str, Any]] = [
        {"of_guild": row.guild_id, "of_id": row.id}
        | {f"new_{name}": getattr(row, name) for name in _CHANGED}
        for row in rows
    ]
    connection.execute(change, values)


def _table() -> Table:
    return cast(Table, Violation.__table__)
