"""What happened in a server since a moment, in numbers."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, func, select

from models.alerts.tables import Alert
from models.audit_log import AuditEntry
from models.members.tables import Appeal


def alerts_since(connection: Connection, guild_id: int, since_ms: int) -> tuple[int, int]:
    """(opened since then, open now)."""
    mine = select(func.count()).where(Alert.guild_id == guild_id)
    opened = connection.scalar(mine.where(Alert.opened_ms >= since_ms))
    still = connection.scalar(mine.where(Alert.closed_ms.is_(None)))
    return opened or 0, still or 0


def waiting_appeals(connection: Connection, guild_id: int) -> int:
    query = select(func.count()).where(Appeal.guild_id == guild_id, Appeal.status == "pending")
    return connection.scalar(query) or 0


def changes_since(
    connection: Connection, guild_id: int, since_ms: int, but_by: int | None, limit: int
) -> list[Any]:
    """(user_id, action, number, last time) of what others did, latest first."""
    entry, last = AuditEntry, func.max(AuditEntry.timestamp_ms)
    query = select(entry.user_id, entry.action, func.count(), last)
    query = query.where(entry.guild_id == guild_id, entry.timestamp_ms >= since_ms)
    if but_by is not None:
        query = query.where(entry.user_id.is_distinct_from(but_by))
    query = query.group_by(entry.user_id, entry.action).order_by(last.desc(), entry.action)
    return list(connection.execute(query.limit(limit)))
