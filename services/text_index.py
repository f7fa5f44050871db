"""Putting wordings into the trigram index, beside ingest and not in it."""

from __future__ import annotations

from collections.abc import Sequence

from adapters.database import Database
from models.guild import lock_guilds
from models.text_index import AT_ONCE, guilds_to_index, has_text_index, index_some

# A guild has its lock for a tenth of a second each time; what is left waits for its next events.
MOST_TURNS = 10


def index_texts(database: Database, guild_ids: Sequence[int]) -> None:
    """For those of the guilds that have many new wordings, put these into the index."""
    with database.read() as connection:
        many = guilds_to_index(connection, guild_ids)
        if not many or not has_text_index(connection):
            return
    for guild_id in many:
        for _ in range(MOST_TURNS):
            with database.write() as connection:
                lock_guilds(connection, [guild_id])
                if index_some(connection, guild_id) < AT_ONCE:
                    break
