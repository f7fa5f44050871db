"""A member's standing: warning levels and appeals. The event with the latest time wins."""

from sqlalchemy import CheckConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Bucket, EventId, Snowflake, TimestampMs, Words


class UserWarning(Base):
    __tablename__ = "user_warnings"
    guild_id: Mapped[Snowflake] = mapped_column(primary_key=True)
    user_id: Mapped[Snowflake] = mapped_column(primary_key=True)
    level: Mapped[Bucket]
    kicked_before: Mapped[bool]
    last_violation_ms: Mapped[TimestampMs | None]
    timestamp_ms: Mapped[TimestampMs]
    event_id: Mapped[EventId]
    __table_args__ = (
        CheckConstraint("level BETWEEN 0 AND 5", name="level"),
        Index("idx_user_warnings_guild", "guild_id", "level"),
    )


class Appeal(Base):
    __tablename__ = "appeals"
    guild_id: Mapped[Snowflake] = mapped_column(primary_key=True)
    appeal_id: Mapped[Words] = mapped_column(primary_key=True)
    violation_id: Mapped[EventId]
    user_id: Mapped[Snowflake | None]
    thread_id: Mapped[Snowflake | None]
    status: Mapped[Words]
    created_ms: Mapped[TimestampMs]
    resolved_ms: Mapped[TimestampMs | None]
    resolved_by: Mapped[Snowflake | None]
    timestamp_ms: Mapped[TimestampMs]
    event_id: Mapped[EventId]
    text: Mapped[Words | None]  # the member's own words
    __table_args__ = (
        CheckConstraint("status IN ('pending', 'approved', 'denied')", name="status"),
        Index(None, "guild_id", "violation_id"),
        Index(None, "guild_id", "status"),
    )
