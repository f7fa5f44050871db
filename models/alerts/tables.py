"""Tables of alerts. Thresholds are plain columns, so that one statement can ask all guilds."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Double,
    Index,
    Integer,
    Text,
    false,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from domain.alert_rules import Thresholds
from models.base import CLUSTERED, Base, EventId, Snowflake, TimestampMs, Words

_USUAL = Thresholds()


class StoredAlertSettings(Base):
    """What a guild wants to be told of; one without a row has the values of `AlertSettings()`."""

    __tablename__ = "alert_settings"
    guild_id: Mapped[Snowflake] = mapped_column(primary_key=True)
    threshold: Mapped[str] = mapped_column(Text, default="medium", server_default="medium")
    enabled_events: Mapped[Words]  # JSON array of event types
    health_score: Mapped[int] = mapped_column(Integer, default=_USUAL.health_score)
    mass_violations_count: Mapped[int] = mapped_column(
        Integer, default=_USUAL.mass_violations_count
    )
    mass_violations_window_s: Mapped[int] = mapped_column(
        Integer, default=_USUAL.mass_violations_window_s
    )
    bot_offline_s: Mapped[int] = mapped_column(Integer, default=_USUAL.bot_offline_s)
    rate_limit_pct: Mapped[int] = mapped_column(Integer, default=_USUAL.rate_limit_pct)
    muted_until_ms: Mapped[TimestampMs | None]
    # Minutes of the day in `quiet_zone`; all three or none.
    quiet_start: Mapped[int | None] = mapped_column(Integer)
    quiet_end: Mapped[int | None] = mapped_column(Integer)
    quiet_zone: Mapped[Words | None]
    created_ms: Mapped[TimestampMs]
    updated_ms: Mapped[TimestampMs]


class AlertState(Base):
    """What is known of one event type in one guild, whether or not an alert is open."""

    __tablename__ = "alert_states"
    __table_args__ = (
        CheckConstraint("condition IN ('good', 'bad', 'none')", name="condition"),
        Index(
            "idx_alert_states_due",
            "due_ms",
            postgresql_where=text("due_ms IS NOT NULL"),
            sqlite_where=text("due_ms IS NOT NULL"),
        ),
        CLUSTERED,
    )
    guild_id: Mapped[Snowflake] = mapped_column(primary_key=True)
    event_type: Mapped[Words] = mapped_column(primary_key=True)
    condition: Mapped[str] = mapped_column(Text, default="none", server_default="none")
    value: Mapped[float | None] = mapped_column(Double)
    changed_ms: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")
    latched: Mapped[bool] = mapped_column(Boolean, default=False, server_default=false())
    # JSON arrays of instants within the last hour: openings, and words that were told.
    openings: Mapped[str] = mapped_column(Text, default="[]", server_default="[]")
    told: Mapped[str] = mapped_column(Text, default="[]", server_default="[]")
    # When the condition ends by itself (mass_violations), or a group of events is told.
    until_ms: Mapped[TimestampMs | None]
    # Of a group: the last violation that was told of, or whose changes it gathers (JSON).
    grouped: Mapped[Words | None]
    # When time alone changes something next.
    due_ms: Mapped[TimestampMs | None]


class Alert(Base):
    """One episode. At most one of an event type is open in a guild."""

    __tablename__ = "alerts"
    __table_args__ = (
        CheckConstraint("priority IN ('low', 'medium', 'high', 'critical')", name="priority"),
        Index(
            "uq_alerts_open",
            "guild_id",
            "event_type",
            unique=True,
            postgresql_where=text("closed_ms IS NULL"),
            sqlite_where=text("closed_ms IS NULL"),
        ),
        Index(None, "guild_id", "opened_ms"),
    )
    guild_id: Mapped[Snowflake] = mapped_column(primary_key=True)
    id: Mapped[EventId] = mapped_column(primary_key=True)
    event_type: Mapped[Words]
    state: Mapped[Words]
    priority: Mapped[Words]
    value: Mapped[float | None] = mapped_column(Double)
    threshold: Mapped[float | None] = mapped_column(Double)
    opened_ms: Mapped[TimestampMs]
    closed_ms: Mapped[TimestampMs | None]
    closed_by: Mapped[Words | None]
    closed_reason: Mapped[Words | None]
    acknowledged_by: Mapped[Words | None]
    acknowledged_ms: Mapped[TimestampMs | None]
    snoozed_until_ms: Mapped[TimestampMs | None]
    reminders: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    remind_ms: Mapped[TimestampMs | None]
    revision: Mapped[int] = mapped_column(BigInteger, default=1, server_default="1")


class AlertTrailEntry(Base):
    """What happened to an alert and what was decided about it, in order. Only ever added to."""

    __tablename__ = "alert_trail"
    __table_args__ = (CLUSTERED,)
    guild_id: Mapped[Snowflake] = mapped_column(primary_key=True)
    alert_id: Mapped[EventId] = mapped_column(primary_key=True)
    seq: Mapped[int] = mapped_column(Integer, primary_key=True)
    at_ms: Mapped[TimestampMs]
    kind: Mapped[Words]
    reason: Mapped[Words]
    channel_id: Mapped[EventId | None]
    delivery_id: Mapped[EventId | None]
    by: Mapped[Words | None]
    details: Mapped[Words | None]  # JSON


class Listening(Base):
    """Since when, and until when, something goes on without a break, as those who do it say.

    Row 1: web processes take events. Row 2: sweeps look at all alerts.
    """

    __tablename__ = "listening"
    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    since_ms: Mapped[TimestampMs]
    last_ms: Mapped[TimestampMs]
