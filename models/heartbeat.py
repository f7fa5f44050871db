"""The latest heartbeat of each shard of the bot, per guild."""

from __future__ import annotations

from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Bucket, EventId, Snowflake, TimestampMs


class Heartbeat(Base):
    __tablename__ = "heartbeats"
    guild_id: Mapped[Snowflake] = mapped_column(primary_key=True)
    shard_id: Mapped[Bucket] = mapped_column(primary_key=True)
    timestamp_ms: Mapped[TimestampMs]
    event_id: Mapped[EventId]
    latency_ms: Mapped[Snowflake | None]
    rate_limit: Mapped[Snowflake | None]
    rate_limit_remaining: Mapped[Snowflake | None]
    rate_limit_reset_after_ms: Mapped[Snowflake | None]
