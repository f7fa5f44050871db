"""Deliveries: one row per subject, channel and address, and one per attempt.

The unique indexes hold what must never happen: a subject told twice, two requests in flight on one
lane, two messages with one place in a story.
"""

from typing import Any

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    ColumnElement,
    Index,
    Integer,
    UniqueConstraint,
    false,
    literal_column,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from domain.delivery_life import FINAL
from models.base import CLUSTERED, Base, Count, EventId, Snowflake, TimestampMs, Words

_IN_FLIGHT = ("'claimed'", "'sending'")
_TO_DO = ("'queued'", "'retrying'", "'held'")
_FINAL = tuple(f"'{state}'" for state in sorted(FINAL))
IN_FLIGHT = f"state IN ({', '.join(_IN_FLIGHT)})"
DUE = f"state IN ({', '.join(_TO_DO)})"


class Delivery(Base):
    """`subject`: what is told, `notification:{id}`, `report:...`, `digest:{id}`, or
    `channel_removed:{alert}`, the last that a channel which is taken away says of an alert.

    story   channel, target and alert: the order inside it is `seq`
    lane    what has one request in flight: the channel, or channel and alert
    claim   who is at work on it, until `claimed_until_ms`
    """

    __tablename__ = "deliveries"
    __table_args__ = (
        CheckConstraint(
            "state IN ('skipped', 'held', 'queued', 'claimed', 'sending', 'retrying', 'sent',"
            " 'unknown', 'dead', 'cancelled', 'digested')",
            name="state",
        ),
        UniqueConstraint("guild_id", "subject", "channel_id", "target"),
        UniqueConstraint("guild_id", "story", "seq", name="uq_deliveries_story"),
        Index(
            "uq_deliveries_lane",
            "guild_id",
            "lane",
            unique=True,
            postgresql_where=text(IN_FLIGHT),
            sqlite_where=text(IN_FLIGHT),
        ),
        Index(
            "idx_deliveries_due",
            "due_ms",
            postgresql_where=text(DUE),
            sqlite_where=text(DUE),
        ),
        Index(
            "idx_deliveries_lease",
            "claimed_until_ms",
            postgresql_where=text(IN_FLIGHT),
            sqlite_where=text(IN_FLIGHT),
        ),
        Index(None, "guild_id", "created_ms"),
        Index("idx_deliveries_state", "guild_id", "state", "created_ms"),
        Index("idx_deliveries_channel", "guild_id", "channel_id", "state"),
        Index("idx_deliveries_alert", "guild_id", "alert_id"),
        Index("idx_deliveries_digest", "guild_id", "digest_id"),
    )
    guild_id: Mapped[Snowflake] = mapped_column(primary_key=True)
    id: Mapped[EventId] = mapped_column(primary_key=True)
    subject: Mapped[Words]
    notification_id: Mapped[EventId | None]
    alert_id: Mapped[EventId | None]
    kind: Mapped[Words]  # domain.messages.MessageKind
    event_type: Mapped[Words]
    priority: Mapped[Words]
    channel_id: Mapped[EventId]
    channel_kind: Mapped[Words]
    target: Mapped[Words]
    story: Mapped[Words]
    seq: Mapped[int] = mapped_column(Integer)
    lane: Mapped[Words]
    state: Mapped[Words]
    reason: Mapped[Words]
    due_ms: Mapped[TimestampMs | None]
    attempts: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    failures: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    was_held: Mapped[bool] = mapped_column(Boolean, default=False, server_default=false())
    is_repeat: Mapped[bool] = mapped_column(Boolean, default=False, server_default=false())
    digest_id: Mapped[EventId | None]
    reference: Mapped[Words | None]  # Attempt.reference, for later messages of the story
    claim: Mapped[EventId | None]
    claimed_until_ms: Mapped[Count]
    created_ms: Mapped[TimestampMs]
    updated_ms: Mapped[TimestampMs]


class DeliveryAttempt(Base):
    """`ended_ms` null: it began, and nobody knows yet how it ended."""

    __tablename__ = "delivery_attempts"
    __table_args__ = (CLUSTERED,)
    guild_id: Mapped[Snowflake] = mapped_column(primary_key=True)
    delivery_id: Mapped[EventId] = mapped_column(primary_key=True)
    n: Mapped[int] = mapped_column(Integer, primary_key=True)
    begun_ms: Mapped[TimestampMs]
    ended_ms: Mapped[TimestampMs | None]
    outcome: Mapped[Words | None]  # domain.attempts.Outcome
    reason: Mapped[Words | None]
    http_status: Mapped[int | None] = mapped_column(Integer)
    answer: Mapped[Words | None]
    retry_after_ms: Mapped[TimestampMs | None]


def is_in_flight(of: Any = Delivery) -> ColumnElement[bool]:
    """Claimed or sending. In the words of the indexes: with a parameter SQLite reads all rows."""
    return _is_one_of(of, _IN_FLIGHT)


def is_to_do() -> ColumnElement[bool]:
    """Waiting or held, in the words of the index over `due_ms`."""
    return _is_one_of(Delivery, _TO_DO)


def is_waiting() -> ColumnElement[bool]:
    """To be sent once it is due."""
    return is_to_do() & (Delivery.state != literal_column("'held'"))


def is_held() -> ColumnElement[bool]:
    return is_to_do() & (Delivery.state == literal_column("'held'"))


def is_final() -> ColumnElement[bool]:
    return _is_one_of(Delivery, _FINAL)


def _is_one_of(of: Any, states: tuple[str, ...]) -> ColumnElement[bool]:
    named: ColumnElement[bool] = of.state.in_([literal_column(state) for state in states])
    return named
