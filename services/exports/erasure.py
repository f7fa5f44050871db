"""Erasing a person from exports: files were written with them in it, so none of these stays."""

from __future__ import annotations

from sqlalchemy import Connection

from models.exports import turns


def erase_from_exports(
    connection: Connection, guild_id: int, user_id: int, pseudonym: int, now_ms: int
) -> list[str]:
    """Keys of the files, to be removed after the commit. The guild's row must be locked.

    What is being made begins anew: its process finds that its turn is over.
    """
    turns.forget_person(connection, guild_id, user_id, pseudonym)
    return turns.erase_made(connection, guild_id, now_ms)
