"""Hits per rule. A name may be 1,000 characters long, so rows carry 64 bits of its SHA-256."""

from hashlib import sha256

from sqlalchemy import BigInteger, Index
from sqlalchemy.orm import Mapped, mapped_column

from models.base import CLUSTERED, Base, Bucket, Count, Snowflake, TimestampMs, Words


def rule_hash(name: str) -> int:
    """64 bits of SHA-256, signed as BIGINT is. Two rules of one guild do not meet by chance."""
    return int.from_bytes(sha256(name.encode()).digest()[:8], "big", signed=True)


class SeenRule(Base):
    """Every rule a guild was ever hit by, with its name and its latest hit."""

    __tablename__ = "seen_rules"
    guild_id: Mapped[Snowflake] = mapped_column(primary_key=True)
    rule_hash: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    name: Mapped[Words]
    last_hit_ms: Mapped[TimestampMs]
    __table_args__ = (Index(None, "guild_id", "last_hit_ms"),)


class RuleRollup(Base):
    __tablename__ = "rollup_rules"
    __table_args__ = (CLUSTERED,)
    guild_id: Mapped[Snowflake] = mapped_column(primary_key=True)
    epoch_hour: Mapped[Bucket] = mapped_column(primary_key=True)
    rule_hash: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    high: Mapped[Count]
    medium: Mapped[Count]
    low: Mapped[Count]
    last_hit_ms: Mapped[TimestampMs]
