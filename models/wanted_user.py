"""Users whose names somebody wanted to see: to be asked of Discord, each by one worker."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import Boolean, Connection, Index, delete, select, union, update
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Count, Snowflake, TimestampMs
from models.bulk import BulkInsert
from models.guild_settings import GuildRules
from models.moderator import ModeratorRollup
from models.violation import Violation


class WantedUser(Base):
    __tablename__ = "wanted_users"
    user_id: Mapped[Snowflake] = mapped_column(primary_key=True)
    # Whether answers show a name meanwhile, an old one: those without any go first.
    has_name: Mapped[bool] = mapped_column(Boolean)
    wanted_ms: Mapped[TimestampMs]
    # Until when one worker is asking.
    claimed_until_ms: Mapped[Count]
    __table_args__ = (Index(None, "has_name", "wanted_ms"),)


_WANT = BulkInsert(
    WantedUser,
    ("user_id", "has_name", "wanted_ms", "claimed_until_ms"),
    "DO NOTHING",
    returning=("user_id",),
)


def want_users(
    connection: Connection, nameless: Iterable[int], named: Iterable[int], now_ms: int
) -> list[int]:
    """Those of these whom nobody had wanted yet."""
    rows = [(id, False, now_ms, 0) for id in nameless] + [(id, True, now_ms, 0) for id in named]
    return [user_id for (user_id,) in _WANT.run(connection, sorted(rows))]


def claim_wanted(
    connection: Connection, now_ms: int, until_ms: int, limit: int
) -> list[tuple[int, bool]]:
    """Users, and whether they have a name, for one worker to ask for until the claim runs out."""
    free = select(WantedUser.user_id).where(WantedUser.claimed_until_ms < now_ms)
    free = free.order_by(WantedUser.has_name, WantedUser.wanted_ms).limit(limit)
    mine = free.with_for_update(skip_locked=True).scalar_subquery()
    claim = update(WantedUser).where(WantedUser.user_id.in_(mine))
    claimed = claim.values(claimed_until_ms=until_ms)
    rows = connection.execute(claimed.returning(WantedUser.user_id, WantedUser.has_name))
    return sorted((user_id, has_name) for user_id, has_name in rows)


def settle_wanted(connection: Connection, user_ids: Sequence[int]) -> None:
    connection.execute(delete(WantedUser).where(WantedUser.user_id.in_(user_ids)))


def release_wanted(connection: Connection, user_ids: Sequence[int]) -> None:
    change = update(WantedUser).where(WantedUser.user_id.in_(user_ids))
    connection.execute(change.values(claimed_until_ms=0))


def put_last(connection: Connection, user_ids: Sequence[int], now_ms: int) -> None:
    change = update(WantedUser).where(WantedUser.user_id.in_(user_ids))
    connection.execute(change.values(wanted_ms=now_ms))


def guilds_showing(connection: Connection, user_ids: Sequence[int]) -> list[int]:
    """Guilds whose finished answers show the names of these users: as members or as moderators."""
    members = select(Violation.guild_id).where(Violation.user_id.in_(user_ids))
    moderator = ModeratorRollup.moderator_id
    moderators = select(ModeratorRollup.guild_id).where(moderator.in_(user_ids))
    return sorted(connection.scalars(union(members, moderators)))


def guilds_with_rules_of(connection: Connection, user_ids: Sequence[int]) -> list[int]:
    """Guilds whose rules one of these users wrote last."""
    query = select(GuildRules.guild_id).where(GuildRules.updated_by.in_(user_ids))
    return sorted(connection.scalars(query))
