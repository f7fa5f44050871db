"""Live events that are committed but not yet published; a row goes when its events are out."""

from __future__ import annotations

from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Snowflake, TimestampMs, Words


class OutboxEntry(Base):
    __tablename__ = "outbox"
    guild_id: Mapped[Snowflake] = mapped_column(primary_key=True)
    # Place of the first of `events` in the guild's stream (guilds.event_offset): the order of
    # commits is the order of events.
    event_offset: Mapped[Snowflake] = mapped_column(primary_key=True)
    events: Mapped[Words]  # JSON array of {"type", "timestamp", "data"}
    created_ms: Mapped[TimestampMs]
