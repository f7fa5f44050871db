"""The audit log of a guild, as the API shows it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import orjson

from adapters.database import Database
from domain.clock import rfc3339
from domain.cursor import read_cursor, write_cursor
from models.guild_settings import audit_entries
from services.user_names import UNRESOLVED, shown_users
from services.violation_json import text_or_none


def audit_page(
    database: Database, guild_id: int, *, limit: int, cursor: str | None = None, offset: int = 0
) -> dict[str, Any]:
    """One page, newest first. ValueError for a cursor that is none."""
    after = _position(cursor) if cursor else None
    with database.read() as connection:
        rows = audit_entries(connection, guild_id, limit + 1, after=after, offset=offset)
        shown = rows[:limit]
        users = shown_users(connection, {row.user_id for row in shown if row.user_id})
    more = shown[-1] if len(rows) > limit else None
    return {
        "entries": [
            {
                "id": str(row.id),
                "user_id": text_or_none(row.user_id),
                "username": users.get(row.user_id, UNRESOLVED).username,
                "avatar": users.get(row.user_id, UNRESOLVED).avatar,
                "action": row.action,
                "details": _details(row.details),
                "timestamp": rfc3339(row.timestamp_ms),
            }
            for row in shown
        ],
        "next_cursor": write_cursor(more.timestamp_ms, more.id.hex) if more else None,
    }


def _details(text: str) -> Any:
    """Our own entries are JSON; imported ones are whatever the earlier bot wrote."""
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        return text


def _position(cursor: str) -> tuple[int, UUID]:
    timestamp_ms, id = read_cursor(cursor, int, str)
    try:
        return int(timestamp_ms), UUID(hex=str(id))
    except ValueError:
        raise ValueError("is not a cursor of this list") from None
