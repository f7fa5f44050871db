"""In-app notifications, who has read them, and what a guild wants to be told of."""

from collections.abc import Iterable
from typing import Any, cast
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    Connection,
    Index,
    Table,
    UniqueConstraint,
    delete,
    func,
    select,
)
from sqlalchemy.orm import Mapped, mapped_column

from models.base import CLUSTERED, Base, EventId, Snowflake, TimestampMs, Words
from models.sql.bulk import BulkInsert


class Notification(Base):
    __tablename__ = "notifications"
    guild_id: Mapped[Snowflake] = mapped_column(primary_key=True)
    id: Mapped[EventId] = mapped_column(primary_key=True)
    event_type: Mapped[Words]
    title: Mapped[Words]
    message: Mapped[Words]
    priority: Mapped[Words]
    link: Mapped[Words | None]
    created_ms: Mapped[TimestampMs]
    # What happened, so that it is told once; null of those that were there before it.
    dedup_key: Mapped[Words | None]
    alert_id: Mapped[EventId | None]
    by: Mapped[Words | None]  # who did what it tells of: `user:<id>`, `token:<id>`
    __table_args__ = (
        UniqueConstraint("guild_id", "dedup_key", name="uq_notifications_dedup_key"),
        CheckConstraint("priority IN ('low', 'medium', 'high', 'critical')", name="priority"),
        Index(None, "guild_id", "created_ms"),
    )


class NotificationRead(Base):
    """That a person has read a notification; `reader` is a user or token id."""

    __tablename__ = "notification_reads"
    __table_args__ = (CLUSTERED,)
    guild_id: Mapped[Snowflake] = mapped_column(primary_key=True)
    reader: Mapped[Words] = mapped_column(primary_key=True)
    notification_id: Mapped[EventId] = mapped_column(primary_key=True)


def list_notifications(
    connection: Connection, guild_id: int, reader: str, limit: int, *, unread: bool = False
) -> list[Any]:
    """Rows of `notifications` with `read`, newest first."""
    table = cast(Table, Notification.__table__)
    read = read_by(reader)
    query = select(table, read.label("read")).where(table.c.guild_id == guild_id)
    if unread:
        query = query.where(~read)
    query = query.order_by(table.c.created_ms.desc(), table.c.id.desc()).limit(limit)
    return list(connection.execute(query))


def count_unread(connection: Connection, guild_id: int, reader: str) -> int:
    query = select(func.count()).select_from(Notification)
    query = query.where(Notification.guild_id == guild_id, ~read_by(reader))
    return connection.scalar(query) or 0


def mark_read(connection: Connection, guild_id: int, reader: str, id: UUID) -> bool:
    """Whether there is such a notification."""
    query = select(Notification.id).where(Notification.guild_id == guild_id, Notification.id == id)
    if connection.scalar(query) is None:
        return False
    _READ.run(connection, [(guild_id, reader, id)])
    return True


def read_by_their_makers(connection: Connection, made: Iterable[tuple[int, str, UUID]]) -> None:
    """Nobody has to read of what they did: guild, reader and notification of each."""
    _READ.run(connection, list(made))


def mark_unread(connection: Connection, guild_id: int, reader: str, id: UUID) -> bool:
    query = select(Notification.id).where(Notification.guild_id == guild_id, Notification.id == id)
    if connection.scalar(query) is None:
        return False
    table = NotificationRead
    mine = (table.guild_id == guild_id) & (table.reader == reader)
    connection.execute(delete(table).where(mine, table.notification_id == id))
    return True


def mark_all_read(connection: Connection, guild_id: int, reader: str) -> None:
    query = select(Notification.id).where(Notification.guild_id == guild_id, ~read_by(reader))
    _READ.run(connection, [(guild_id, reader, id) for id in connection.scalars(query)])


def read_by(reader: str) -> Any:
    return (
        select(NotificationRead.notification_id)
        .where(
            NotificationRead.guild_id == Notification.guild_id,
            NotificationRead.reader == reader,
            NotificationRead.notification_id == Notification.id,
        )
        .exists()
    )


_READ = BulkInsert(NotificationRead, ("guild_id", "reader", "notification_id"), "DO NOTHING")
