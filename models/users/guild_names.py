"""Names of users that count in one guild alone: what a bot says whose token is for some guilds.

Such a bot may be a stranger's, and what it says is nothing others should read.
"""

from collections.abc import Iterable
from typing import Any, cast

from sqlalchemy import Connection, Table, select, tuple_
from sqlalchemy.orm import Mapped, mapped_column

from models.base import CLUSTERED, Base, Snowflake, TimestampMs, Words
from models.sql.bulk import BulkInsert
from models.sql.key_list import listed
from models.users.said import STORED_FIELDS, UserRow, said_last, stored, take_later

# Read one by one, 1 µs each.
MOST_LOOKED_AT = 20_000


class GuildUserName(Base):
    __tablename__ = "guild_user_names"
    __table_args__ = (CLUSTERED,)
    guild_id: Mapped[Snowflake] = mapped_column(primary_key=True)
    user_id: Mapped[Snowflake] = mapped_column(primary_key=True)
    username: Mapped[Words]
    # As searches compare it (domain/folding.py).
    folded_name: Mapped[Words]
    discriminator: Mapped[Words | None]
    avatar: Mapped[Words | None]
    cached_ms: Mapped[TimestampMs]


# In which guild, and what is said there.
GuildUserRow = tuple[int, UserRow]
_SAVE = BulkInsert(
    GuildUserName,
    ("guild_id", "user_id", *STORED_FIELDS),
    f"(guild_id, user_id) DO UPDATE SET {take_later('guild_user_names')}",
)


def learn_guild_users(connection: Connection, rows: Iterable[GuildUserRow]) -> None:
    """As `learn_users`, each in a guild of its own: what a later row said stays."""
    in_order = sorted(rows, key=lambda one: said_last(one[1]))
    latest = {(guild_id, row[0]): row for guild_id, row in in_order}
    _SAVE.run(connection, [(key[0], *stored(latest[key])) for key in sorted(latest)])


def guild_users(
    connection: Connection, keys: Iterable[tuple[int, int]]
) -> dict[tuple[int, int], Any]:
    """Rows by (guild, user)."""
    table = cast(Table, GuildUserName.__table__)
    wanted = tuple_(table.c.guild_id, table.c.user_id).in_(listed(connection, keys))
    rows = connection.execute(select(table).where(wanted))
    return {(row.guild_id, row.user_id): row for row in rows}


def members_called(connection: Connection, guild_id: int, text: str, limit: int) -> list[int]:
    """Users whose name in this guild has `text`, which is folded. Looks at so many names only."""
    names = select(GuildUserName.user_id, GuildUserName.folded_name)
    some = names.where(GuildUserName.guild_id == guild_id).limit(MOST_LOOKED_AT).subquery()
    called = some.c.folded_name.contains(text, autoescape=True)
    return list(connection.scalars(select(some.c.user_id).where(called).limit(limit)))
