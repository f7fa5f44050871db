"""A guild's channels, and who does not want to hear from them any more."""

from sqlalchemy import BigInteger, Boolean, CheckConstraint, Index, Integer, Text, false, text, true
from sqlalchemy.orm import Mapped, mapped_column

from models.base import CLUSTERED, Base, EventId, Snowflake, TimestampMs, Words

IS_LEAVING = "leaving_ms IS NOT NULL"


class StoredChannel(Base):
    """`settings`: JSON, sealed, since it has addresses and keys; `mask`: what may be shown of it.

    from_preferences  made by the address fields of the notification preferences
    schedule_id       of one scheduled report alone: nothing else is sent there
    leaving_ms        since when it is taken away: its last deliveries come to their end first
    """

    __tablename__ = "channels"
    __table_args__ = (
        CheckConstraint("state IN ('ok', 'failing', 'broken')", name="state"),
        CheckConstraint("let_through IN ('none', 'critical')", name="let_through"),
        CheckConstraint("in_doubt IN ('report', 'repeat')", name="in_doubt"),
        Index(
            "idx_channels_leaving",
            "leaving_ms",
            postgresql_where=text(IS_LEAVING),
            sqlite_where=text(IS_LEAVING),
        ),
    )
    guild_id: Mapped[Snowflake] = mapped_column(primary_key=True)
    id: Mapped[EventId] = mapped_column(primary_key=True)
    kind: Mapped[Words]
    name: Mapped[Words]
    settings: Mapped[Words]
    mask: Mapped[Words]  # JSON
    enabled: Mapped[bool] = mapped_column(Boolean, default=True, server_default=true())
    threshold: Mapped[str] = mapped_column(Text, default="low", server_default="low")
    events: Mapped[Words | None]  # JSON array of event types; null: all
    after_minutes: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    let_through: Mapped[str] = mapped_column(Text, default="none", server_default="none")
    mention_role: Mapped[Snowflake | None]
    # Null: repeat what is critical, report the rest.
    in_doubt: Mapped[Words | None]
    state: Mapped[str] = mapped_column(Text, default="ok", server_default="ok")
    blocked_until_ms: Mapped[TimestampMs | None]
    last_ok_ms: Mapped[TimestampMs | None]
    last_failure: Mapped[Words | None]
    revision: Mapped[int] = mapped_column(BigInteger, default=1, server_default="1")
    from_preferences: Mapped[bool] = mapped_column(Boolean, default=False, server_default=false())
    created_ms: Mapped[TimestampMs]
    updated_ms: Mapped[TimestampMs]
    schedule_id: Mapped[EventId | None]
    leaving_ms: Mapped[TimestampMs | None]


class Unsubscribed(Base):
    """An address that a channel sends nothing to any more; kept as a hash only."""

    __tablename__ = "unsubscribed"
    __table_args__ = (CLUSTERED,)
    guild_id: Mapped[Snowflake] = mapped_column(primary_key=True)
    channel_id: Mapped[EventId] = mapped_column(primary_key=True)
    address_hash: Mapped[Words] = mapped_column(primary_key=True)
    at_ms: Mapped[TimestampMs]
