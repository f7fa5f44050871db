"""Live events that are committed but not yet published; a row goes when its events are out."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, delete, func, select, tuple_
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import Base, Snowflake, TimestampMs, Words


class OutboxEntry(Base):
    __tablename__ = "outbox"
    guild_id: Mapped[Snowflake] = mapped_column(primary_key=True)
    # Place of the first of `events` in the guild's stream (guilds.event_offset): the order of
    # commits is the order of events.
    event_offset: Mapped[Snowflake] = mapped_column(primary_key=True)
    events: Mapped[Words]  # JSON array of {"type", "timestamp", "data"}
    created_ms: Mapped[TimestampMs]


def oldest_entries(connection: Connection, limit: int) -> list[OutboxEntry]:
    """Entries waiting, by guild and offset; of each guild those before any other of it."""
    query = select(OutboxEntry).order_by(OutboxEntry.guild_id, OutboxEntry.event_offset)
    with Session(connection) as session:
        return list(session.scalars(query.limit(limit)))


def delete_entries(connection: Connection, keys: Sequence[tuple[int, int]]) -> None:
    place = tuple_(OutboxEntry.guild_id, OutboxEntry.event_offset)
    connection.execute(delete(OutboxEntry).where(place.in_(keys)))


def count_waiting(connection: Connection) -> int:
    return connection.scalar(select(func.count()).select_from(OutboxEntry)) or 0
