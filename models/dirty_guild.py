"""Guilds whose rollups changed since their snapshots were made, and who is at work on them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import BigInteger, Connection, Index, case, delete, func, select, tuple_, update
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.sql import ColumnElement

from models.base import Base, Bucket, EventId, Snowflake, TimestampMs
from models.bulk import BulkInsert
from models.claim import is_free


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
    # Who is at work, until when others keep off, and the range of violations taken along.
    claim: Mapped[EventId | None]
    claimed_from_ms: Mapped[TimestampMs | None]
    claimed_to_ms: Mapped[TimestampMs | None]
    claimed_until_ms: Mapped[TimestampMs] = mapped_column(default=0, server_default="0")
    # By claim, since at the full hour every guild with data is dirty, and a claim is a hundred.
    __table_args__ = (Index(None, "dirty_since_ms"), Index(None, "claim"))


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


@dataclass(frozen=True, slots=True)
class Claimed:
    """A dirty guild taken by this process, at the revision it had then."""

    guild_id: int
    revision: int
    spans: int


def claim_dirty(
    connection: Connection,
    claim: UUID,
    now_ms: int,
    lease_ms: int,
    limit: int,
    guild_ids: Sequence[int] | None = None,
) -> list[Claimed]:
    """Take up to `limit` dirty guilds nobody is at work on, longest dirty first."""
    is_nobodys = is_free(DirtyGuild.claimed_until_ms, now_ms, now_ms + lease_ms)
    free = select(DirtyGuild.guild_id).where(is_nobodys)
    if guild_ids is not None:
        free = free.where(DirtyGuild.guild_id.in_(guild_ids))
    free = free.order_by(DirtyGuild.dirty_since_ms).limit(limit).with_for_update(skip_locked=True)
    taken = (
        update(DirtyGuild)
        .where(DirtyGuild.guild_id.in_(free.scalar_subquery()))
        .values(
            claim=claim,
            claimed_until_ms=now_ms + lease_ms,
            # What a worker that died had taken along is still to be done.
            claimed_from_ms=_wider(DirtyGuild.claimed_from_ms, DirtyGuild.violations_from_ms, True),
            claimed_to_ms=_wider(DirtyGuild.claimed_to_ms, DirtyGuild.violations_to_ms, False),
            violations_from_ms=None,
            violations_to_ms=None,
        )
        .returning(DirtyGuild.guild_id, DirtyGuild.revision, DirtyGuild.spans)
    )
    return [Claimed(*row) for row in connection.execute(taken)]


def hold_claim(connection: Connection, claim: UUID) -> set[int]:
    """Lock what a claim still holds: until commit nobody else can take it. The guilds' ids.

    In id order, as ingest marks them: an UPDATE or DELETE by itself would lock them as they lie in
    the table, and two that meet crosswise end in a deadlock.
    """
    query = select(DirtyGuild.guild_id).where(DirtyGuild.claim == claim)
    return set(connection.scalars(query.order_by(DirtyGuild.guild_id).with_for_update()))


def finish_dirty(connection: Connection, claim: UUID, done: Sequence[Claimed]) -> bool:
    """Settle a claim: guilds that changed meanwhile stay dirty. False if part of it was lost."""
    hold_claim(connection, claim)
    keys = [(guild.guild_id, guild.revision) for guild in done]
    settled = connection.execute(
        delete(DirtyGuild).where(
            DirtyGuild.claim == claim,
            tuple_(DirtyGuild.guild_id, DirtyGuild.revision).in_(keys),
        )
    ).rowcount
    return settled + _release(connection, claim) == len(done)


def release_dirty(connection: Connection, claim: UUID) -> None:
    """Give a claim back, with its work undone."""
    hold_claim(connection, claim)
    connection.execute(
        update(DirtyGuild).where(DirtyGuild.claim == claim).values(claim=None, claimed_until_ms=0)
    )


def _release(connection: Connection, claim: UUID) -> int:
    values = {"claim": None, "claimed_until_ms": 0, "claimed_from_ms": None, "claimed_to_ms": None}
    return connection.execute(
        update(DirtyGuild).where(DirtyGuild.claim == claim).values(**values)
    ).rowcount


def first_claim_end(connection: Connection, now_ms: int) -> int | None:
    """When the first of the claims that still hold runs out; None when nobody is at work."""
    query = select(func.min(DirtyGuild.claimed_until_ms))
    return connection.scalar(query.where(DirtyGuild.claimed_until_ms >= now_ms))


def dirty_since(connection: Connection, guild_id: int) -> int | None:
    """Since when the guild's snapshots are behind its rollups; None when they are not."""
    query = select(DirtyGuild.dirty_since_ms).where(DirtyGuild.guild_id == guild_id)
    return connection.scalar(query)


def count_dirty(connection: Connection) -> int:
    return connection.scalar(select(func.count()).select_from(DirtyGuild)) or 0


def _wider(
    one: Mapped[int | None] | ColumnElement[int | None],
    other: Mapped[int | None] | ColumnElement[int | None],
    earlier: bool,
) -> ColumnElement[int | None]:
    keeps_one = one < other if earlier else one > other
    return case((other.is_(None), one), (one.is_(None), other), (keeps_one, one), else_=other)
