"""The raw rows: every event once, violations and counts in full."""

from sqlalchemy import BigInteger, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import CLUSTERED, Base, Count, EventId, Snowflake, TimestampMs, Words


class IngestedEvent(Base):
    """The id of every event that could come again: what makes sending one again harmless.

    One that is older than ingest accepts is refused in any case, so its id is not needed any more.
    """

    __tablename__ = "ingested_events"

    guild_id: Mapped[Snowflake] = mapped_column(primary_key=True)
    event_id: Mapped[EventId] = mapped_column(primary_key=True)
    # Null is never: history may be imported again at any time.
    forget_after_ms: Mapped[TimestampMs | None]

    __table_args__ = (
        Index(
            "idx_ingested_events_forget_after",
            "forget_after_ms",
            # Nearly in the order they lie in: a handful of bytes instead of an entry each.
            postgresql_using="brin",
            sqlite_where=text("forget_after_ms IS NOT NULL"),
        ),
        CLUSTERED,
    )


class Violation(Base):
    __tablename__ = "violations"

    guild_id: Mapped[Snowflake] = mapped_column(primary_key=True)
    id: Mapped[EventId] = mapped_column(primary_key=True)
    timestamp_ms: Mapped[TimestampMs]
    user_id: Mapped[Snowflake]
    rule: Mapped[Words | None]
    # Names the rule (or, without one, the reason) in 64 bits: see models/rollups/rules.py.
    rule_hash: Mapped[int] = mapped_column(BigInteger)
    reason: Mapped[Words]
    severity: Mapped[Words]
    detection_type: Mapped[Words]
    action: Mapped[Words]
    action_taken: Mapped[Words]
    message_id: Mapped[Snowflake | None]
    channel_id: Mapped[Snowflake | None]
    moderator_id: Mapped[Snowflake | None]
    response_time_ms: Mapped[Snowflake | None]
    content_hash: Mapped[Words | None]
    # Names the wording: see models/rollups/texts.py.
    text_hash: Mapped[Count]

    __table_args__ = (
        Index("idx_violations_guild_timestamp", "guild_id", "timestamp_ms", "id"),
        Index("idx_violations_user_guild", "user_id", "guild_id", "timestamp_ms"),
        Index("idx_violations_severity", "guild_id", "severity", "timestamp_ms"),
        Index("idx_violations_text", "guild_id", "text_hash", "timestamp_ms"),
    )


class MessageCount(Base):
    """One `messages` event: how many messages the bot saw, and what answering them took."""

    __tablename__ = "message_counts"

    guild_id: Mapped[Snowflake] = mapped_column(primary_key=True)
    id: Mapped[EventId] = mapped_column(primary_key=True)
    timestamp_ms: Mapped[TimestampMs]
    messages: Mapped[Count]
    response_time_ms_sum: Mapped[Count]
    response_time_count: Mapped[Count]

    __table_args__ = (Index("idx_message_counts_guild_timestamp", "guild_id", "timestamp_ms"),)


class ViolationCount(Base):
    """Violations of an hour that are known by number only: an earlier bot kept no more of them.

    They count wherever hours are counted; they have no member, rule, action or moderator.
    """

    __tablename__ = "violation_counts"

    guild_id: Mapped[Snowflake] = mapped_column(primary_key=True)
    id: Mapped[EventId] = mapped_column(primary_key=True)
    timestamp_ms: Mapped[TimestampMs]
    violations: Mapped[Count]
    high: Mapped[Count]
    medium: Mapped[Count]
    low: Mapped[Count]
    regex: Mapped[Count]
    ai: Mapped[Count]
