"""What Discord said about a person's guilds, and when."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import Connection, select, update
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Count, Snowflake, Words
from models.sql.bulk import BulkInsert
from models.sql.claims import is_free


class Membership(Base):
    __tablename__ = "memberships"
    user_id: Mapped[Snowflake] = mapped_column(primary_key=True)
    guilds: Mapped[Words]  # JSON, see services/accounts/memberships.py
    fetched_ms: Mapped[Count]  # 0: never yet
    # Until when one process is asking Discord, or when it gave up without an answer.
    claimed_until_ms: Mapped[Count]


@dataclass(frozen=True, slots=True)
class StoredMembership:
    guilds: str
    fetched_ms: int
    claimed_until_ms: int


_NEW = BulkInsert(Membership, ("user_id", "guilds", "fetched_ms", "claimed_until_ms"), "DO NOTHING")


def membership_of(connection: Connection, user_id: int) -> StoredMembership:
    columns = Membership.guilds, Membership.fetched_ms, Membership.claimed_until_ms
    row = connection.execute(select(*columns).where(Membership.user_id == user_id)).one_or_none()
    return StoredMembership("[]", 0, 0) if row is None else StoredMembership(*row)


def guilds_of_people(
    connection: Connection, user_ids: Collection[int]
) -> dict[int, tuple[str, int]]:
    """What Discord said last of these people, and when; those it said nothing of are left out."""
    query = select(Membership.user_id, Membership.guilds, Membership.fetched_ms)
    rows = connection.execute(query.where(Membership.user_id.in_(sorted(user_ids))))
    return {row.user_id: (row.guilds, row.fetched_ms) for row in rows}


def claim_fetch(
    connection: Connection, user_id: int, fetched_ms: int, now_ms: int, until_ms: int
) -> bool:
    """Whether this process is the one to ask Discord again after `fetched_ms`."""
    _NEW.run(connection, [(user_id, "[]", 0, 0)])
    claim = update(Membership).where(
        Membership.user_id == user_id,
        Membership.fetched_ms == fetched_ms,
        is_free(Membership.claimed_until_ms, now_ms, until_ms),
    )
    return connection.execute(claim.values(claimed_until_ms=until_ms)).rowcount > 0


def save_membership(connection: Connection, user_id: int, guilds: str, now_ms: int) -> None:
    _NEW.run(connection, [(user_id, guilds, now_ms, 0)])
    change = update(Membership).where(Membership.user_id == user_id)
    values = {"guilds": guilds, "fetched_ms": now_ms, "claimed_until_ms": 0}
    connection.execute(change.values(**values))


def release_fetch(connection: Connection, user_id: int, now_ms: int) -> None:
    """Nothing was heard; from now on anybody may ask again."""
    change = update(Membership).where(Membership.user_id == user_id)
    connection.execute(change.values(claimed_until_ms=now_ms - 1))
