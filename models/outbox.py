"""Live events that are committed but not yet published; a row goes when its events are out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, delete, func, select, tuple_
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Snowflake, TimestampMs, Words
from models.key_list import listed


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
) -> tuple[list[Row[Any]], bool]:
    """(guild_id, event_offset, events) of entries waiting, by guild and offset, of each guild its
    oldest; and whether those are all.

    At most `most`, and no more once they have `enough_characters`: one entry may hold thousands of
    events, and after a long outage of Redis there are many such.
    """
    columns = (OutboxEntry.guild_id, OutboxEntry.event_offset, OutboxEntry.events)
    oldest = select(*columns).order_by(*columns[:2]).limit(most).subquery()
    # Counted by the database, so that no more than wanted comes out of it.
    length = func.length(oldest.c.events)
    before = func.sum(length).over(order_by=tuple(oldest.c)[:2], rows=(None, -1))
    counted = select(*oldest.c, func.coalesce(before, 0).label("before")).subquery()
    query = select(*tuple(counted.c)[:3]).where(counted.c.before < enough_characters)
    entries = list(connection.execute(query.order_by(*tuple(counted.c)[:2])))
    characters = sum(len(entry.events) for entry in entries)
    return entries, len(entries) < most and characters < enough_characters


def delete_entries(connection: Connection, keys: Sequence[tuple[int, int]]) -> None:
    """Of at least one key."""
    place = tuple_(OutboxEntry.guild_id, OutboxEntry.event_offset)
    connection.execute(delete(OutboxEntry).where(place.in_(listed(connection, keys))))


def count_waiting(connection: Connection) -> int:
    return connection.scalar(select(func.count()).select_from(OutboxEntry)) or 0
