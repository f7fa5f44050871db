"""In-app notifications, as each reader sees them."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from adapters.database import Database
from domain.clock import rfc3339
from domain.roles import Authenticated, Viewer
from models import notification as stored


def reader_of(who: Authenticated[Viewer]) -> str:
    """Whose read state counts: the person's, or the token's."""
    return f"user:{who.user_id}" if who.user_id is not None else f"token:{who.token_id}"


def notifications_page(
    database: Database, who: Authenticated[Viewer], limit: int, unread: bool
) -> dict[str, Any]:
    reader = reader_of(who)
    with database.read() as connection:
        rows = stored.list_notifications(connection, who.guild_id, reader, limit, unread=unread)
        unread_count = stored.count_unread(connection, who.guild_id, reader)
    return {
        "notifications": [
            {
                "id": str(row.id),
                "event_type": row.event_type,
                "title": row.title,
                "message": row.message,
                "priority": row.priority,
                "link": row.link,
                "read": bool(row.read),
                "created_at": rfc3339(row.created_ms),
            }
            for row in rows
        ],
        "unread_count": unread_count,
    }


def set_read(database: Database, who: Authenticated[Viewer], id: UUID, read: bool) -> bool:
    """Whether there is such a notification."""
    change = stored.mark_read if read else stored.mark_unread
    with database.write() as connection:
        return change(connection, who.guild_id, reader_of(who), id)


def read_all(database: Database, who: Authenticated[Viewer]) -> None:
    with database.write() as connection:
        stored.mark_all_read(connection, who.guild_id, reader_of(who))
