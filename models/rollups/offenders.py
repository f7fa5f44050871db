"""Violations per member: by hour for the periods, in total for all time.

`offender_distribution` says how many members have exactly n violations. It is kept up with the
totals, so the all-time answer costs the same however many members ever offended.
"""

from sqlalchemy import Index, desc
from sqlalchemy.orm import Mapped, mapped_column

from models.base import CLUSTERED, Base, Bucket, Count, Snowflake, TimestampMs


class OffenderRollup(Base):
    __tablename__ = "rollup_offenders"
    __table_args__ = (CLUSTERED,)
    guild_id: Mapped[Snowflake] = mapped_column(primary_key=True)
    epoch_hour: Mapped[Bucket] = mapped_column(primary_key=True)
    user_id: Mapped[Snowflake] = mapped_column(primary_key=True)
    count: Mapped[Count]
    last_violation_ms: Mapped[TimestampMs]


class OffenderTotal(Base):
    __tablename__ = "offender_totals"
    guild_id: Mapped[Snowflake] = mapped_column(primary_key=True)
    user_id: Mapped[Snowflake] = mapped_column(primary_key=True)
    count: Mapped[Count]
    last_violation_ms: Mapped[TimestampMs]
    # How many of `count`, for the list filtered by member and severity.
    high: Mapped[Count]
    medium: Mapped[Count]
    low: Mapped[Count]
    __table_args__ = (
        Index(
            "idx_offender_totals_ranking",
            "guild_id",
            desc("count"),
            desc("last_violation_ms"),
            "user_id",
        ),
    )


class OffenderDistribution(Base):
    __tablename__ = "offender_distribution"
    __table_args__ = (CLUSTERED,)
    guild_id: Mapped[Snowflake] = mapped_column(primary_key=True)
    violation_count: Mapped[Snowflake] = mapped_column(primary_key=True)
    users: Mapped[Count]
