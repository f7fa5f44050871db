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


def oldest_entries(
    connection: Connection, most: int, enough_characters: int
) -> tuple[list[OutboxEntry], bool]:
    """Entries waiting, by guild and offset, of each guild its oldest; and whether those are all.

    At most `most`, and no more once they have `enough_characters`: one entry may hold thousands of
    events, and after a long outage of Redis there are many such.
    """
    query = select(OutboxEntry).order_by(OutboxEntry.guild_id, OutboxEntry.event_offset)
    entries: list[OutboxEntry] = []
    characters = 0
    # A few rows at a time come out of the database, not all that the limit allows.
    query = query.limit(most + 1).execution_options(yield_per=10)
    with Session(connection) as session:
        for entry in session.scalars(query):
            if len(entries) == most or characters >= enough_characters:
                return entries, False
            entries.append(entry)
            characters += len(entry.events)
    return entries, True


def delete_entries(connection: Connection, keys: Sequence[tuple[int, int]]) -> None:
    place = tuple_(OutboxEntry.guild_id, OutboxEntry.event_offset)
    connection.execute(delete(OutboxEntry).where(place.in_(keys)))


def count_waiting(connection: Connection) -> int:
    return connection.scalar(select(func.count()).select_from(OutboxEntry)) or 0
