"""Scheduled reports, where they go, and each run of one.

The unique index holds what must never happen: two runs for one instant of a schedule.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Index,
    Integer,
    LargeBinary,
    UniqueConstraint,
    false,
    text,
    true,
)
from sqlalchemy.orm import Mapped, mapped_column

from models.base import CLUSTERED, Base, EventId, Snowflake, TimestampMs, Words

PLANNED = "enabled AND next_ms IS NOT NULL"
OPEN = "state IN ('due', 'built')"


class ReportSchedule(Base):
    """`next_ms` null: it does not run. `failing`: its last run failed, which was told."""

    __tablename__ = "report_schedules"
    __table_args__ = (
        CheckConstraint("cadence IN ('daily', 'weekly', 'monthly')", name="cadence"),
        CheckConstraint("missed_policy IN ('run_once', 'skip', 'backfill')", name="missed_policy"),
        CheckConstraint("when_empty IN ('send', 'skip')", name="when_empty"),
        Index(
            "idx_report_schedules_next_ms",
            "next_ms",
            postgresql_where=text(PLANNED),
            sqlite_where=text(PLANNED),
        ),
        Index(
            "idx_report_schedules_failing",
            "guild_id",
            postgresql_where=text("failing"),
            sqlite_where=text("failing"),
        ),
    )
    guild_id: Mapped[Snowflake] = mapped_column(primary_key=True)
    id: Mapped[EventId] = mapped_column(primary_key=True)
    name: Mapped[Words]
    export_types: Mapped[Words]  # JSON array
    format: Mapped[Words]
    cadence: Mapped[Words]
    timezone: Mapped[Words]
    hour: Mapped[int] = mapped_column(Integer)
    minute: Mapped[int] = mapped_column(Integer)
    weekday: Mapped[int] = mapped_column(Integer)  # 0 = Sunday
    day: Mapped[int] = mapped_column(Integer)
    missed_policy: Mapped[Words]
    when_empty: Mapped[Words]
    enabled: Mapped[bool] = mapped_column(Boolean, default=True, server_default=true())
    why_not: Mapped[Words | None]  # why it is not enabled, where no person switched it off
    next_ms: Mapped[TimestampMs | None]
    failing: Mapped[bool] = mapped_column(Boolean, default=False, server_default=false())
    version: Mapped[int] = mapped_column(BigInteger, default=1, server_default="1")
    created_ms: Mapped[TimestampMs]
    updated_ms: Mapped[TimestampMs]
    deleted_ms: Mapped[TimestampMs | None]  # its runs can be looked at for as long as they are kept


class ReportTarget(Base):
    """A channel that a schedule's reports go to: a server's, or one of the schedule alone."""

    __tablename__ = "report_targets"
    __table_args__ = (CLUSTERED,)
    guild_id: Mapped[Snowflake] = mapped_column(primary_key=True)
    schedule_id: Mapped[EventId] = mapped_column(primary_key=True)
    channel_id: Mapped[EventId] = mapped_column(primary_key=True)
    place: Mapped[int] = mapped_column(Integer)
    kind: Mapped[Words]


class ReportOccurrence(Base):
    """`nominal_ms` null: a person asked for it. `content`: what every target gets, made once.

    claim  who makes it; taken off when what it reads is erased meanwhile, so it is made again
    """

    __tablename__ = "report_occurrences"
    __table_args__ = (
        CheckConstraint("kind IN ('scheduled', 'manual', 'test')", name="kind"),
        CheckConstraint(
            "state IN ('due', 'built', 'sent', 'partly', 'failed', 'empty', 'skipped')",
            name="state",
        ),
        UniqueConstraint("guild_id", "schedule_id", "nominal_ms"),
        Index(
            "idx_report_occurrences_open",
            "created_ms",
            postgresql_where=text(OPEN),
            sqlite_where=text(OPEN),
        ),
        Index("idx_report_occurrences_created", "guild_id", "schedule_id", "created_ms"),
        Index(None, "nominal_ms"),
    )
    guild_id: Mapped[Snowflake] = mapped_column(primary_key=True)
    id: Mapped[EventId] = mapped_column(primary_key=True)
    schedule_id: Mapped[EventId]
    kind: Mapped[Words]
    nominal_ms: Mapped[TimestampMs | None]
    start_ms: Mapped[TimestampMs]
    end_ms: Mapped[TimestampMs]
    timezone: Mapped[Words]
    cadence: Mapped[Words]
    state: Mapped[Words]
    reason: Mapped[Words]
    is_late: Mapped[bool] = mapped_column(Boolean, default=False, server_default=false())
    claim: Mapped[EventId | None]
    content: Mapped[bytes | None] = mapped_column(LargeBinary)
    exports: Mapped[Words]  # JSON array of ids of files
    created_ms: Mapped[TimestampMs]
    built_ms: Mapped[TimestampMs | None]
    ended_ms: Mapped[TimestampMs | None]
