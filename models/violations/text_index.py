"""The trigram index of wordings: which stand in it, and putting more of them in.

A new wording is not put in with its event, which would cost ingest dearly: trigrams are some forty
entries each. A search looks at those that are not in the index one by one, and a guild's go in once
they are many. An index there is only where the database has what it takes (migration 0003).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Select, select, text, update

from models.rollups.texts import ViolationText
from models.sql.key_list import of_each

# So many are read in a few milliseconds.
MOST_NOT_INDEXED = 2_000
AT_ONCE = 1_000
_POSTGRESQL = "SELECT to_regclass('idx_violation_texts_trigrams') IS NOT NULL"
_SQLITE = "SELECT count(*) FROM sqlite_master WHERE name = 'violation_text_trigrams'"


def is_declared(_: object, name: str | None, *__: object) -> bool:
    """Whether the tables' declarations say what `name` is: Alembic leaves all else alone."""
    return "_trigrams" not in (name or "")


def has_text_index(connection: Connection) -> bool:
    is_postgresql = connection.dialect.name == "postgresql"
    return bool(connection.scalar(text(_POSTGRESQL if is_postgresql else _SQLITE)))


NOT_INDEXED = ViolationText.is_indexed.is_(False)


def guilds_to_index(connection: Connection, guilds: Sequence[int]) -> list[int]:
    """Those of `guilds` that have more wordings outside the index than a search should read."""

    def many(guild: Any) -> Select[Any]:
        query = select(ViolationText.guild_id).where(ViolationText.guild_id == guild)
        return query.where(NOT_INDEXED).offset(MOST_NOT_INDEXED).limit(1)

    return [guild_id for (guild_id,) in of_each(connection, guilds, many)]


def index_some(connection: Connection, guild_id: int) -> int:
    """Put AT_ONCE of a guild's wordings in, or what is left; how many. The guild must be locked."""
    mine = ViolationText.guild_id == guild_id
    some = select(ViolationText.text_hash).where(mine, NOT_INDEXED).limit(AT_ONCE)
    change = update(ViolationText).where(mine, ViolationText.text_hash.in_(some))
    return connection.execute(change.values(is_indexed=True)).rowcount
