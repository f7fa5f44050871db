"""Discord users by id. `username` is null for an id that Discord does not know (a deleted user)."""

from collections.abc import Iterable, Sequence
from typing import Any, cast

from sqlalchemy import Connection, Table, select, update
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Snowflake, TimestampMs, Words
from models.sql.bulk import BulkInsert
from models.sql.key_list import listed
from models.users.said import STORED_FIELDS, UserRow, said_last, stored, take_later


class CachedUser(Base):
    __tablename__ = "user_cache"
    user_id: Mapped[Snowflake] = mapped_column(primary_key=True)
    username: Mapped[Words | None]
    # As searches compare it (domain/folding.py).
    folded_name: Mapped[Words | None]
    discriminator: Mapped[Words | None]
    avatar: Mapped[Words | None]
    cached_ms: Mapped[TimestampMs]


def cached_users(connection: Connection, user_ids: Iterable[int]) -> dict[int, Any]:
    """Rows of the user cache by user id."""
    table = cast(Table, CachedUser.__table__)
    wanted = listed(connection, ((user_id,) for user_id in user_ids))
    query = select(table).where(table.c.user_id.in_(wanted))
    return {row.user_id: row for row in connection.execute(query)}


def learn_users(connection: Connection, rows: Iterable[UserRow]) -> int:
    """Cache users; what a later row said stays, and of two at the same time the greater one.

    How many changed. Written in id order, so nothing deadlocks.
    """
    latest = {row[0]: row for row in sorted(rows, key=said_last)}
    return len(_USERS.run(connection, [stored(row) for _, row in sorted(latest.items())]))


def age_from_now(connection: Connection, user_ids: Sequence[int], now_ms: int) -> None:
    """Names said to be of the future are of now."""
    ahead = (CachedUser.user_id.in_(user_ids)) & (CachedUser.cached_ms > now_ms)
    connection.execute(update(CachedUser).where(ahead).values(cached_ms=now_ms - 1))


_USERS = BulkInsert(
    CachedUser,
    ("user_id", *STORED_FIELDS),
    f"(user_id) DO UPDATE SET {take_later('user_cache')}",
    returning=("user_id",),
)
