"""In-app notifications, as each reader sees them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from adapters.database import Database
from domain.alert_words import by_name
from domain.clock import rfc3339
from domain.roles import Authenticated, Viewer
from models.notifications import tables as stored
from services.accounts.actors import actor_parts, people_of
from services.audit.change import actor_of
from services.container import Parts
from services.users.names import Shown, shown_users


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownNotification:
    id: str
    event_type: str
    title: str
    message: str
    priority: str
    link: str | None
    read: bool
    alert_id: str | None
    created_at: str
    by: str | None
    by_username: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class NotificationsPage:
    notifications: list[ShownNotification]
    unread_count: int


def notifications_page(
    database: Database, who: Authenticated[Viewer], limit: int, unread: bool
) -> NotificationsPage:
    reader = actor_of(who)
    with database.read() as connection:
        rows = stored.list_notifications(connection, who.guild_id, reader, limit, unread=unread)
        unread_count = stored.count_unread(connection, who.guild_id, reader)
        people = shown_users(connection, people_of(row.by for row in rows), who.guild_id)
    shown = [_shown(row, people) for row in rows]
    return NotificationsPage(notifications=shown, unread_count=unread_count)


def _shown(row: Any, people: Shown) -> ShownNotification:
    who = actor_parts("by", row.by, people)
    return ShownNotification(
        id=str(row.id),
        event_type=row.event_type,
        title=row.title,
        message=by_name(row.message, who["by_username"]),
        priority=row.priority,
        link=row.link,
        read=bool(row.read),
        alert_id=None if row.alert_id is None else str(row.alert_id),
        created_at=rfc3339(row.created_ms),
        **who,
    )


def set_read(parts: Parts, who: Authenticated[Viewer], id: UUID, read: bool) -> bool:
    """Whether there is such a notification."""
    change = stored.mark_read if read else stored.mark_unread
    with parts.database.write() as connection:
        found = change(connection, who.guild_id, actor_of(who), id)
    parts.unread.forget(who.guild_id, actor_of(who))
    return found


def read_all(parts: Parts, who: Authenticated[Viewer]) -> None:
    with parts.database.write() as connection:
        stored.mark_all_read(connection, who.guild_id, actor_of(who))
    parts.unread.forget(who.guild_id, actor_of(who))
