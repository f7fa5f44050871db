"""A person's id within words: as a whole number, for the digits of another's id may contain it."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import orjson
from sqlalchemy import Connection, inspect, select, update


def erase_from_words(
    connection: Connection, guild_id: int, column: Any, user_id: int, pseudonym: int
) -> None:
    """In `column`, the words of people and of others."""
    _change(connection, guild_id, column, str(user_id), _by_words(user_id, pseudonym))


def erase_from_json(
    connection: Connection, guild_id: int, column: Any, user_id: int, pseudonym: int
) -> None:
    """In the texts of JSON alone: its numbers are counts and times."""
    in_words = _by_words(user_id, pseudonym)
    _change(
        connection,
        guild_id,
        column,
        str(user_id),
        lambda json: orjson.dumps(_in_texts(orjson.loads(json), in_words)).decode(),
    )


def _by_words(user_id: int, pseudonym: int) -> Callable[[str], str]:
    whole = re.compile(rf"(?<!\d){user_id}(?!\d)")
    return lambda words: whole.sub(str(pseudonym), words)


def _in_texts(value: Any, in_words: Callable[[str], str]) -> Any:
    if isinstance(value, str):
        return in_words(value)
    if isinstance(value, list):
        return [_in_texts(one, in_words) for one in value]
    if isinstance(value, dict):
        return {name: _in_texts(one, in_words) for name, one in value.items()}
    return value


def _change(
    connection: Connection, guild_id: int, column: Any, id: str, change: Callable[[str], str]
) -> None:
    model = column.class_
    keys = inspect(model).primary_key
    mine = (model.guild_id == guild_id) & column.contains(id)
    for *key, words in connection.execute(select(*keys, column).where(mine)).all():
        row = [one == value for one, value in zip(keys, key, strict=True)]
        if (changed := change(words)) != words:
            connection.execute(update(model).where(*row).values({column: changed}))
