"""Deleting rows that are over, some at a time: first found by a mere read, then deleted by key."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

from sqlalchemy import ColumnElement, Connection, Table, bindparam, delete, select

from models.base import Base

Key = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Over:
    """Rows of `model` that are over, and rows about them, which go along.

    is_over: without a list of parameters, since it is asked of many keys
    about: tables with a `guild_id`, each with its column that names a row's id
    """

    model: type[Base]
    is_over: ColumnElement[bool]
    about: tuple[tuple[type[Base], Any], ...] = ()


def keys_over(connection: Connection, over: Over, most: int) -> list[Key]:
    """The keys of up to `most` rows."""
    query = select(*_key(over.model)).where(over.is_over).limit(most)
    return [tuple(row) for row in connection.execute(query)]


def delete_over(connection: Connection, over: Over, keys: Sequence[Key]) -> int:
    """Delete those of them that are over still; how many rows of `model`.

    Key by key: of many in one statement SQLite reads the whole table.
    """
    key = [
        column == bindparam(f"key_{place}", type_=column.type)
        for place, column in enumerate(_key(over.model))
    ]
    given = [{f"key_{place}": part for place, part in enumerate(one)} for one in keys]
    is_still = select(*_key(over.model)).where(*key, over.is_over).exists()
    for model, id in over.about:
        guild_id = cast(Table, model.__table__).c.guild_id
        about = (guild_id == key[0].right, id == key[1].right)
        connection.execute(delete(model).where(*about, is_still), given)
    return connection.execute(delete(over.model).where(*key, over.is_over), given).rowcount


def _key(model: type[Base]) -> list[Any]:
    return list(cast(Table, model.__table__).primary_key.columns)
