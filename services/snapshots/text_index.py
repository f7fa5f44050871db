"""Putting wordings into the trigram index, beside ingest and not in it."""

from __future__ import annotations

from collections.abc import Sequence

import structlog
from sqlalchemy.exc import SQLAlchemyError

from adapters.database import Database
from models.guilds.guild import lock_guilds
from models.violations.text_index import (
    AT_ONCE,
    guilds_to_index,
    has_text_index,
    index_some,
)

# A guild has its lock for a tenth of a second each time; what is left waits for its next events.
MOST_TURNS = 10
_log = structlog.get_logger()


def index_texts(database: Database, guild_ids: Sequence[int]) -> None:
    """For those of the guilds that have many new wordings, put these into the index."""
    with database.read() as connection:
        many = guilds_to_index(connection, guild_ids)
        if not many or not has_text_index(connection):
            return
    for guild_id in many:
        try:
            _index(database, guild_id)
        except SQLAlchemyError:
            # Searches read what is not in it one by one; the guild's next events try again.
            _log.exception("texts_not_indexed", guild_id=guild_id)


def _index(database: Database, guild_id: int) -> None:
    for _ in range(MOST_TURNS):
        with database.write() as connection:
            lock_guilds(connection, [guild_id])
            if index_some(connection, guild_id) < AT_ONCE:
                return
