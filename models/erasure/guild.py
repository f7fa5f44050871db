"""Taking a whole guild out of the database: its rows in every table that has rows of guilds.

Which tables these are the metadata says, so none that comes later is forgotten.
"""

from __future__ import annotations

from collections.abc import Collection
from functools import lru_cache

from sqlalchemy import Connection, Table, delete, func, select, tuple_, update

from models.accounts.logins import LoginSession
from models.accounts.tokens import AccessToken, tokens_of_guild
from models.base import Base
from models.events.tables import Violation
from models.rollups.moderators import ModeratorRollup
from models.sql.key_list import is_one_of
from models.users.cache import CachedUser

# Few rows, which go with the last of all others: the work itself, and what makes it ours.
_LAST = ("token_guilds", "long_work", "guilds")
_PEOPLE = ("user_id", "moderator_id")


@lru_cache
def guild_tables() -> tuple[Table, ...]:
    """Every table with rows of guilds, by name."""
    tables = Base.metadata.tables.values()
    return tuple(sorted((one for one in tables if "guild_id" in one.c), key=lambda one: one.name))


def count_rows(connection: Connection, guild_id: int) -> dict[str, int]:
    """How many rows of the guild each table has, where it has any."""
    query = select(func.count())
    counts = {
        table.name: connection.scalar(query.where(table.c.guild_id == guild_id)) or 0
        for table in guild_tables()
    }
    return {name: count for name, count in counts.items() if count}


def delete_some(connection: Connection, guild_id: int, most: int) -> int:
    """Delete up to `most` rows, and names that only they showed; how many. Fewer: all are gone but
    those that `delete_last` takes. The guild's row must be locked."""
    left = most
    for table in guild_tables():
        if table.name not in _LAST and left > 0:
            left -= _delete_from(connection, table, guild_id, left)
    return most - left


def _delete_from(connection: Connection, table: Table, guild_id: int, most: int) -> int:
    key = tuple_(*table.primary_key.columns)
    mine = table.c.guild_id == guild_id
    some = select(*table.primary_key.columns).where(mine).limit(most)
    gone = delete(table).where(mine, key.in_(some))
    people = [table.c[name] for name in _PEOPLE if name in table.c]
    if not people:
        return connection.execute(gone).rowcount
    rows = connection.execute(gone.returning(*people)).all()
    _forget_names(connection, guild_id, {id for row in rows for id in row if id is not None})
    return len(rows)


def _forget_names(connection: Connection, guild_id: int, people: Collection[int]) -> None:
    """As erasing a member does: a name goes with the last guild that shows it."""
    if not people:
        return
    shown: set[int] = set()
    for column in (Violation.user_id, ModeratorRollup.moderator_id):
        theirs = is_one_of(connection, column, sorted(people))
        elsewhere = select(column).where(theirs, column.class_.guild_id != guild_id).distinct()
        shown.update(connection.scalars(elsewhere))
    if left := sorted(set(people) - shown):
        forget = delete(CachedUser).where(is_one_of(connection, CachedUser.user_id, left))
        connection.execute(forget)


def delete_last(connection: Connection, guild_id: int) -> None:
    """What is left then: its tokens, unless they are for others too, and the guild itself."""
    tokens = [token.id for token in tokens_of_guild(connection, guild_id)]
    connection.execute(delete(AccessToken).where(AccessToken.id.in_(tokens)))
    selected = update(LoginSession).where(LoginSession.selected_guild_id == guild_id)
    connection.execute(selected.values(selected_guild_id=None))
    for name in _LAST:
        table = Base.metadata.tables[name]
        connection.execute(delete(table).where(table.c.guild_id == guild_id))
