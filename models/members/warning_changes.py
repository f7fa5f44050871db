"""Clearing warnings. The row stays, at level 0, so that an older event cannot bring it back."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import Connection, func, select, update

from models.members.tables import UserWarning
from models.members.warnings import last_violation_ms
from models.rollups.offenders import OffenderTotal
from models.sql.key_list import is_one_of


def clear_warning(
    connection: Connection, guild_id: int, user_id: int, decided_ms: int, id: UUID
) -> int | None:
    """Set the member's level to 0; the level before, None for a member without a row."""
    table = UserWarning
    mine = (table.guild_id == guild_id) & (table.user_id == user_id)
    before = connection.scalar(select(table.level).where(mine))
    if before:
        connection.execute(update(table).where(mine).values(_cleared(decided_ms, id)))
    return before


def clear_warnings_of(
    connection: Connection, guild_id: int, user_ids: list[int], decided_ms: int, id: UUID
) -> list[tuple[int, int]]:
    """Clear these members; (user, level before) of those who had any."""
    table = UserWarning
    theirs = is_one_of(connection, table.user_id, user_ids)
    warned = (table.guild_id == guild_id) & (table.level > 0) & theirs
    rows = list(connection.execute(select(table.user_id, table.level).where(warned)))
    connection.execute(update(table).where(warned).values(_cleared(decided_ms, id)))
    return [(user_id, level) for user_id, level in rows]


def clear_warnings_before(
    connection: Connection, guild_id: int, before_ms: int, decided_ms: int, id: UUID
) -> list[tuple[int, int]]:
    """Clear members whose last violation (or else last change) is older; (user, level before)."""
    table, total = UserWarning, OffenderTotal
    counted = (
        select(total.last_violation_ms)
        .where(total.guild_id == table.guild_id, total.user_id == table.user_id)
        .scalar_subquery()
    )
    last_ms = func.coalesce(last_violation_ms(counted), table.timestamp_ms)
    old = (table.guild_id == guild_id) & (table.level > 0) & (last_ms < before_ms)
    rows = list(connection.execute(select(table.user_id, table.level).where(old)))
    connection.execute(update(table).where(old).values(_cleared(decided_ms, id)))
    return [(user_id, level) for user_id, level in rows]


def _cleared(decided_ms: int, id: UUID) -> dict[str, object]:
    return {"level": 0, "timestamp_ms": decided_ms, "event_id": id}
