"""Every column with something sealed in it, found by its name here and nowhere else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

from sqlalchemy import Connection, Table, bindparam, select, tuple_, update

from models.accounts.logins import LoginSession
from models.base import Base
from models.channels.tables import StoredChannel

Key = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Sealed:
    """A column; `purpose` says under which key of adapters/secret_box.py."""

    model: type[Base]
    column: str
    purpose: str

    @property
    def table(self) -> Table:
        return cast(Table, self.model.__table__)


SEALED = (
    Sealed(StoredChannel, "settings", "guild secrets"),
    Sealed(LoginSession, "access_token", "discord tokens"),
    Sealed(LoginSession, "refresh_token", "discord tokens"),
)


def some_sealed(
    connection: Connection, kind: Sealed, after: Key | None, limit: int
) -> dict[Key, str]:
    """Sealed values by primary key, in its order, those up to `after` left out."""
    table, key = kind.table, list(kind.table.primary_key)
    query = select(*key, table.c[kind.column]).where(table.c[kind.column].is_not(None))
    if after is not None:
        values = (bindparam(None, value, of.type) for value, of in zip(after, key, strict=True))
        query = query.where(tuple_(*key) > tuple_(*values))
    rows = connection.execute(query.order_by(*key).limit(limit))
    return {tuple(row[:-1]): row[-1] for row in rows}


def write_sealed(
    connection: Connection, kind: Sealed, changes: Mapping[Key, tuple[str, str]]
) -> int:
    """Put the second in the place of the first, where that still stands; how many were changed."""
    table, changed = kind.table, 0
    for key, (before, after) in changes.items():
        same = (of == value for of, value in zip(table.primary_key, key, strict=True))
        change = update(table).where(*same, table.c[kind.column] == before)
        changed += connection.execute(change.values({kind.column: after})).rowcount
    return changed
