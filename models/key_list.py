"""Asking for many keys at once, however many: as one parameter, not as one each.

`IN (?, ?, ...)` with thousands of places takes longer to write down and to read than to answer.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from itertools import chain
from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Connection,
    Select,
    Text,
    bindparam,
    column,
    func,
    select,
    true,
)
from sqlalchemy.sql import ColumnElement


def listed(connection: Connection, keys: Iterable[tuple[int, ...]]) -> Select[Any]:
    """A query of `keys`, at least one: `tuple_(a, b).in_(listed(connection, keys))`."""
    rows = sorted(keys)
    if connection.dialect.name == "postgresql":
        columns: Sequence[Any] = _unnested(zip(*rows, strict=True))
        return select(*columns)
    each = func.json_each(bindparam(None, json.dumps(rows), Text)).table_valued("value")
    return select(*(func.json_extract(each.c.value, f"$[{i}]") for i in range(len(rows[0]))))


def of_each(
    connection: Connection, guilds: Sequence[int], query: Callable[[Any], Select[Any]]
) -> Iterable[Any]:
    """The rows of `query(guild)` for one guild after the other, in the order of that query.

    PostgreSQL takes them as one statement; SQLite has no LATERAL, nor a way to go over a network.
    """
    if connection.dialect.name != "postgresql":
        return chain.from_iterable(connection.execute(query(guild)).all() for guild in guilds)
    (guild,) = _unnested([guilds])
    rows = query(guild).lateral()
    return connection.execute(select(*rows.c).select_from(guild.table.join(rows, true()))).all()


def _unnested(columns: Iterable[Sequence[int]]) -> list[ColumnElement[int]]:
    arrays = [bindparam(None, list(values), ARRAY(BigInteger)) for values in columns]
    names = [column(f"key_{place}", BigInteger) for place in range(len(arrays))]
    return list(func.unnest(*arrays).table_valued(*names, name="keys").render_derived().c)
