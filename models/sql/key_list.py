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
    any_,
    bindparam,
    column,
    func,
    select,
    true,
)
from sqlalchemy.orm import InstrumentedAttribute
from sqlalchemy.sql import ColumnElement

from models.sql.distributed import is_distributed


def listed(connection: Connection, keys: Iterable[tuple[int, ...]]) -> Select[Any]:
    """A query of `keys`, at least one: `tuple_(a, b).in_(listed(connection, keys))`."""
    rows = sorted(keys)
    if connection.dialect.name == "postgresql":
        columns: Sequence[Any] = _unnested(zip(*rows, strict=True))
        return select(*columns)
    each = func.json_each(bindparam(None, json.dumps(rows), Text)).table_valued("value")
    return select(*(func.json_extract(each.c.value, f"$[{i}]") for i in range(len(rows[0]))))


def is_one_of(
    connection: Connection, column: ColumnElement[int] | InstrumentedAttribute[int], keys: list[int]
) -> ColumnElement[bool]:
    """The column has one of these numbers, however many."""
    if connection.dialect.name == "postgresql":
        return column == any_(bindparam(None, keys, ARRAY(BigInteger)))
    return column.in_(listed(connection, ((key,) for key in keys)))


def of_each(
    connection: Connection, guilds: Sequence[int], query: Callable[[Any], Select[Any]]
) -> Iterable[Any]:
    """The rows of `query(guild)` for one guild after the other, in the order of that query.

    (Or of any other numbers.)

    PostgreSQL takes them as one statement; SQLite has no LATERAL, nor a way to go over a network.
    Where guilds lie on several servers a LATERAL would span them, and a window function would read
    all rows of each guild to find its first ones: there each guild is asked for by itself too.
    """
    if connection.dialect.name != "postgresql" or is_distributed(connection):
        statement = query(bindparam("key", type_=BigInteger))  # put together once
        runs = (connection.execute(statement, {"key": guild}) for guild in guilds)
        return chain.from_iterable(run.all() for run in runs)
    (guild,) = _unnested([guilds])
    rows = query(guild).lateral()
    return connection.execute(select(*rows.c).select_from(guild.table.join(rows, true()))).all()


def _unnested(columns: Iterable[Sequence[int]]) -> list[ColumnElement[int]]:
    arrays = [bindparam(None, list(values), ARRAY(BigInteger)) for values in columns]
    names = [column(f"key_{place}", BigInteger) for place in range(len(arrays))]
    return list(func.unnest(*arrays).table_valued(*names, name="keys").render_derived().c)
