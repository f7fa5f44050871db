"""Additive counts per guild and time bucket, written in the transaction that stores the events.

Three widths of the same row: minutes serve the `hour` period, hours `day` and `week`, days `month`.
Minutes are kept for the last hours only (MINUTES_KEPT): no window looks further back by minute.
What is accepted is counted, whatever the clock says: pruning alone forgets, and writes down what
(models/rollups/horizon.py).
"""

from sqlalchemy import Connection, delete
from sqlalchemy.orm import Mapped, mapped_column

from domain.windows import MINUTE_MS
from models.base import CLUSTERED, Base, Bucket, Count, Snowflake, Words

MINUTES_KEPT = 180
# The last hour and the one before it, which trends compare with.
MINUTES_SHOWN = 120
# Hardly an event is that old, so pruning seldom waits for ingest, nor it for us.
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
    """How many violations were answered within a histogram bucket (domain/histogram.py), by whom.

    sum_ms, largest_ms: of their times, for an exact mean and a percentile that is never beyond.
    """

    __tablename__ = "rollup_response_times"
    __table_args__ = (CLUSTERED,)
    guild_id: Mapped[Snowflake] = mapped_column(primary_key=True)
    epoch_hour: Mapped[Bucket] = mapped_column(primary_key=True)
    population: Mapped[Words] = mapped_column(primary_key=True)
    bucket: Mapped[Bucket] = mapped_column(primary_key=True)
    count: Mapped[Count]
    sum_ms: Mapped[Count]
    largest_ms: Mapped[Count]


def prune_minutes(connection: Connection, now_ms: int) -> int:
    """Delete the minutes that no window looks at any more; the first epoch minute that is kept."""
    oldest = now_ms // MINUTE_MS - _MINUTES_PRUNED
    connection.execute(delete(MinuteRollup).where(MinuteRollup.epoch_minute < oldest))
    return oldest
