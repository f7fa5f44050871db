"""Writing notifications, each thing that happened once, and reading those that messages tell of."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Connection, select

from models.notifications.tables import Notification, NotificationRead
from models.sql.bulk import BulkInsert
from models.sql.over import Over


@dataclass(frozen=True, slots=True, kw_only=True)
class NotificationRow:
    """`dedup_key` is about what happened: the same one twice in a guild is told once.

    by  who did it, as `user:1`; None where it happened by itself
    """

    guild_id: int
    id: UUID
    event_type: str
    title: str
    message: str
    priority: str
    link: str | None
    created_ms: int
    dedup_key: str
    alert_id: UUID | None = None
    by: str | None = None


_COLUMNS = NotificationRow.__slots__
_ADD = BulkInsert(Notification, _COLUMNS, "DO NOTHING", returning=("id",))


def add_notifications(connection: Connection, rows: Sequence[NotificationRow]) -> set[UUID]:
    """Ids of those that are new; the others were told before."""
    values = [tuple(getattr(row, name) for name in _COLUMNS) for row in rows]
    return {_uuid(id) for (id,) in _ADD.run(connection, values)}


def notifications_by_id(
    connection: Connection, guild_ids: Iterable[int], ids: Iterable[UUID]
) -> dict[UUID, NotificationRow]:
    columns = [getattr(Notification, name) for name in _COLUMNS]
    query = select(*columns).where(
        Notification.guild_id.in_(list(guild_ids)), Notification.id.in_(list(ids))
    )
    rows = connection.execute(query)
    return {row.id: NotificationRow(**row._mapping) for row in rows}


def notification_by_key(
    connection: Connection, guild_id: int, dedup_key: str
) -> NotificationRow | None:
    columns = [getattr(Notification, name) for name in _COLUMNS]
    query = select(*columns).where(
        Notification.guild_id == guild_id, Notification.dedup_key == dedup_key
    )
    row = connection.execute(query).one_or_none()
    return None if row is None else NotificationRow(**row._mapping)


def notifications_made(before_ms: int) -> Over:
    """Those made before, with who has read them."""
    reads = (NotificationRead, NotificationRead.notification_id)
    return Over(Notification, Notification.created_ms < before_ms, (reads,))


def _uuid(id: UUID | str) -> UUID:
    return id if isinstance(id, UUID) else UUID(id)
