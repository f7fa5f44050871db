"""Guilds whose rollups changed since their snapshots were made, and who is at work on them."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import BigInteger, Connection, Index
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Bucket, EventId, Snowflake, TimestampMs
from models.bulk import BulkInsert


class DirtyGuild(Base):
    __tablename__ = "dirty_guilds"
    guild_id: Mapped[Snowflake] = mapped_column(primary_key=True)
    # Grows with each mark: a row is deleted only at the revision that was materialised.
    revision: Mapped[int] = mapped_column(BigInteger)
    dirty_since_ms: Mapped[TimestampMs]
    # Bits of domain.spans: which windows are to be redone.
    spans: Mapped[Bucket]
    # Earliest and latest violation that came in: major events around them are redone.
    violations_from_ms: Mapped[TimestampMs | None]
    violations_to_ms: Mapped[TimestampMs | None]
    claim: Mapped[EventId | None]
    claimed_until_ms: Mapped[TimestampMs] = mapped_column(default=0, server_default="0")
    __table_args__ = (Index(None, "dirty_since_ms"),)


# guild_id, dirty_since_ms, spans, violations_from_ms, violations_to_ms
Mark = tuple[int, int, int, int | None, int | None]


def _widest(name: str, sign: str) -> str:
    mine, new = f"dirty_guilds.{name}", f"excluded.{name}"
    return (
        f"{name} = CASE WHEN {mine} IS NULL OR {new} {sign} {mine}"
        f" THEN COALESCE({new}, {mine}) ELSE {mine} END"
    )


_MARK = BulkInsert(
    DirtyGuild,
    (
        "guild_id",
        "dirty_since_ms",
        "spans",
        "violations_from_ms",
        "violations_to_ms",
        "revision",
        "claimed_until_ms",
    ),
    "(guild_id) DO UPDATE SET revision = dirty_guilds.revision + 1,"
    " spans = dirty_guilds.spans | excluded.spans,"
    f" {_widest('violations_from_ms', '<')}, {_widest('violations_to_ms', '>')}",
)


def mark_dirty(connection: Connection, marks: Iterable[Mark]) -> None:
    """Mark guilds dirty; a mark that is already there is widened, its `dirty_since_ms` stays."""
    _MARK.run(connection, [(*mark, 1, 0) for mark in sorted(marks, key=lambda mark: mark[0])])
