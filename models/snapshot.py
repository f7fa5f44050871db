"""The finished JSON answers of the read endpoints."""

from __future__ import annotations

from sqlalchemy import BigInteger, Index
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Snowflake, TimestampMs, Words


class MetricSnapshot(Base):
    __tablename__ = "metric_snapshots"
    guild_id: Mapped[Snowflake] = mapped_column(primary_key=True)
    kind: Mapped[Words] = mapped_column(primary_key=True)
    period: Mapped[Words] = mapped_column(primary_key=True)
    body: Mapped[Words]
    # Grows by one when `body` changes, and only then.
    version: Mapped[int] = mapped_column(BigInteger)
    as_of_ms: Mapped[TimestampMs]
    changed_ms: Mapped[TimestampMs]
    # When the window moves on by a bucket; null where the answer has no moving window.
    slides_at_ms: Mapped[TimestampMs | None]
    holds_data: Mapped[bool]
    __table_args__ = (Index(None, "holds_data", "slides_at_ms"),)


class Raid(Base):
    """A major event: ten or more violations within five minutes (domain/raids.py)."""

    __tablename__ = "raids"
    guild_id: Mapped[Snowflake] = mapped_column(primary_key=True)
    started_at_ms: Mapped[TimestampMs] = mapped_column(primary_key=True)
    ended_at_ms: Mapped[TimestampMs]
    violation_count: Mapped[Snowflake]
    user_ids: Mapped[Words]  # JSON array of ids
