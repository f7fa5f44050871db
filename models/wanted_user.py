"""Users whose names somebody wanted to see: to be asked of Discord, each once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import Connection, Index, delete, select, update
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Count, Snowflake, TimestampMs
from models.bulk import BulkInsert
from models.violation import Violation


class WantedUser(Base):
    __tablename__ = "wanted_users"
    user_id: Mapped[Snowflake] = mapped_column(primary_key=True)
    wanted_ms: Mapped[TimestampMs]
    # Until when one worker is asking.
    claimed_until_ms: Mapped[Count]
    __table_args__ = (Index(None, "wanted_ms"),)


_WANT = BulkInsert(
    WantedUser,
    ("user_id", "wanted_ms", "claimed_until_ms"),
    "DO NOTHING",
    returning=("user_id",),
)


def want_users(connection: Connection, user_ids: Iterable[int], now_ms: int) -> int:
    """How many of these nobody had wanted yet."""
    return len(_WANT.run(connection, [(user_id, now_ms, 0) for user_id in sorted(user_ids)]))


def claim_wanted(connection: Connection, now_ms: int, until_ms: int, limit: int) -> list[int]:
    """Users for one worker to ask for; no other gets them until the claim runs out."""
    free = select(WantedUser.user_id).where(WantedUser.claimed_until_ms < now_ms)
    free = free.order_by(WantedUser.wanted_ms).limit(limit).with_for_update(skip_locked=True)
    claim = update(WantedUser).where(WantedUser.user_id.in_(free.scalar_subquery()))
    claimed = claim.values(claimed_until_ms=until_ms).returning(WantedUser.user_id)
    return sorted(connection.scalars(claimed))


def settle_wanted(connection: Connection, user_ids: Sequence[int]) -> None:
    connection.execute(delete(WantedUser).where(WantedUser.user_id.in_(user_ids)))


def release_wanted(connection: Connection, user_ids: Sequence[int]) -> None:
    change = update(WantedUser).where(WantedUser.user_id.in_(user_ids))
    connection.execute(change.values(claimed_until_ms=0))


def guilds_showing(connection: Connection, user_ids: Sequence[int]) -> list[int]:
    """Guilds in which these users have violations: their answers show the names."""
    query = select(Violation.guild_id).distinct().where(Violation.user_id.in_(user_ids))
    return sorted(connection.scalars(query))
