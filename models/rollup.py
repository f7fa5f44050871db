"""Additive counts per guild and time bucket, written in the transaction that stores the events.

Three widths of the same row: minutes serve the `hour` period, hours `day` and `week`, days `month`.
Minutes are kept for the last hours only (MINUTES_KEPT): no window looks further back by minute.
"""

from __future__ import annotations

from sqlalchemy import Connection, delete
from sqlalchemy.orm import Mapped, mapped_column

from domain.windows import MINUTE_MS
from models.base import CLUSTERED, Base, Bucket, Count, Snowflake

MINUTES_KEPT = 180
# The last hour and the one before it, which trends compare with.
MINUTES_SHOWN = 120
# Nobody writes minutes that old any more, so pruning them never waits for ingest, nor it for us.
_MINUTES_PRUNED = MINUTES_KEPT + 60


class Counts:
    """The columns every width has; each is a sum, so deltas add up in any order."""

    messages: Mapped[Count]
    violations: Mapped[Count]
    high: Mapped[Count]
    medium: Mapped[Count]
    low: Mapped[Count]
    regex: Mapped[Count]
    ai: Mapped[Count]
    automod: Mapped[Count]
    manual: Mapped[Count]
    raid: Mapped[Count]
    warnings: Mapped[Count]
    timeouts: Mapped[Count]
    kicks: Mapped[Count]
    bans: Mapped[Count]
    response_time_ms_sum: Mapped[Count]
    response_time_count: Mapped[Count]


class MinuteRollup(Counts, Base):
    __tablename__ = "rollup_minutes"
    __table_args__ = (CLUSTERED,)
    guild_id: Mapped[Snowflake] = mapped_column(primary_key=True)
    epoch_minute: Mapped[Bucket] = mapped_column(primary_key=True)


class HourRollup(Counts, Base):
    __tablename__ = "rollup_hours"
    __table_args__ = (CLUSTERED,)
    guild_id: Mapped[Snowflake] = mapped_column(primary_key=True)
    epoch_hour: Mapped[Bucket] = mapped_column(primary_key=True)


class DayRollup(Counts, Base):
    __tablename__ = "rollup_days"
    __table_args__ = (CLUSTERED,)
    guild_id: Mapped[Snowflake] = mapped_column(primary_key=True)
    epoch_day: Mapped[Bucket] = mapped_column(primary_key=True)


class ResponseTimeRollup(Base):
    """How many violations were answered within a histogram bucket (domain/histogram.py)."""

    __tablename__ = "rollup_response_times"
    __table_args__ = (CLUSTERED,)
    guild_id: Mapped[Snowflake] = mapped_column(primary_key=True)
    epoch_hour: Mapped[Bucket] = mapped_column(primary_key=True)
    bucket: Mapped[Bucket] = mapped_column(primary_key=True)
    count: Mapped[Count]


def prune_minutes(connection: Connection, now_ms: int) -> int:
    """Delete the minutes that no window looks at any more; how many."""
    oldest = now_ms // MINUTE_MS - _MINUTES_PRUNED
    return connection.execute(
        delete(MinuteRollup).where(MinuteRollup.epoch_minute < oldest)
    ).rowcount
