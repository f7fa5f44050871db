"""Set-based inserts: one statement for any number of rows, the same on both databases.

The rows travel as one parameter per column (PostgreSQL, `unnest`) or as one JSON text (SQLite,
`json_each`), so a batch of 1,000 costs one round trip and one plan; of more, each thousand, as to
put a row into words takes time in which nothing else of the process goes on. Where guilds lie on
several servers, few rows are VALUES: Citus sends these on, and has what it selects come by first.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from itertools import chain
from typing import Any, cast

import msgspec
import psycopg
from sqlalchemy import Connection, Table
from sqlalchemy.exc import DBAPIError

from models.base import Base
from models.sql.array_parameter import ArrayType, array_type
from models.sql.distributed import is_distributed

# Below this VALUES are cheaper than SELECT there; each number of rows is a statement of its own.
FEW_ROWS = 20
Rows = Sequence[tuple[Any, ...]]
ROWS_AT_ONCE = 1_000


@dataclass(frozen=True)
class BulkInsert:
    """`INSERT` of `columns` into a table; `conflict` is what follows ON CONFLICT (see below)."""

    model: type[Base]
    columns: tuple[str, ...]
    conflict: str = ""
    returning: tuple[str, ...] = field(default=())

    def run(self, connection: Connection, rows: Rows) -> list[tuple[Any, ...]]:
        """Insert `rows` (tuples in the order of `columns`); what RETURNING gave, if anything."""
        given: list[tuple[Any, ...]] = []
        for place in range(0, len(rows), ROWS_AT_ONCE):
            given += self._run(connection, rows[place : place + ROWS_AT_ONCE])
        return given

    def _run(self, connection: Connection, rows: Rows) -> list[tuple[Any, ...]]:
        if connection.dialect.name != "postgresql":
            text = _ENCODER.encode(rows).decode()
            result = connection.exec_driver_sql(self._sqlite, (text,))
        elif len(rows) <= FEW_ROWS and is_distributed(connection):
            result = connection.exec_driver_sql(self._values(len(rows)), tuple(chain(*rows)))
        else:
            columns = zip(self._arrays, zip(*rows, strict=True), strict=True)
            parameters = tuple(array.parameter(values) for array, values in columns)
            result = connection.exec_driver_sql(self._postgresql, parameters)
        return [tuple(row) for row in result.all()] if self.returning else []

    @cached_property
    def _table(self) -> Table:
        return cast(Table, self.model.__table__)

    @cached_property
    def _arrays(self) -> list[ArrayType]:
        return [array_type(self._table.c[name].type) for name in self.columns]

    @cached_property
    def _postgresql(self) -> str:
        arrays = ", ".join(f"%s::{array.name}" for array in self._arrays)
        return self._for_postgresql(f"SELECT * FROM unnest({arrays})")

    def _values(self, count: int) -> str:
        row = ", ".join(f"%s::{array.name.removesuffix('[]')}" for array in self._arrays)
        return self._for_postgresql("VALUES " + ", ".join([f"({row})"] * count))

    def _for_postgresql(self, source: str) -> str:
        # The order of the characters' numbers has another name there.
        return self._statement(source).replace("COLLATE BINARY", 'COLLATE "C"')

    @cached_property
    def _sqlite(self) -> str:
        values = ", ".join(f"json_extract(value, '$[{i}]')" for i in range(len(self.columns)))
        # WHERE: without it SQLite reads ON as the start of a join condition.
        return self._statement(f"SELECT {values} FROM json_each(?) WHERE true")

    def _statement(self, source: str) -> str:
        columns = ", ".join(quoted(name) for name in self.columns)
        text = f"INSERT INTO {self._table.name} ({columns}) {source}"
        if self.conflict:
            text += f" ON CONFLICT {self.conflict}"
        if self.returning:
            text += f" RETURNING {', '.join(quoted(name) for name in self.returning)}"
        return text


@contextmanager
def pipelined(connection: Connection) -> Iterator[None]:
    """Send statements without waiting for the one before; all are done when the block ends.

    For statements that give nothing back. Where the driver has no such mode each is waited for.
    """
    driver = connection.connection.driver_connection
    if not isinstance(driver, psycopg.Connection):
        yield
        return
    try:
        with driver.pipeline():
            yield
    except psycopg.Error as error:
        raise DBAPIError.instance(None, None, error, psycopg.Error) from error


def adding(
    model: type[Base], key: tuple[str, ...], sums: tuple[str, ...], latest: tuple[str, ...] = ()
) -> str:
    """The conflict clause of an additive upsert: `sums` add up, of `latest` the greater stays."""
    table = cast(Table, model.__table__).name
    parts = [f"{quoted(name)} = {table}.{quoted(name)} + excluded.{quoted(name)}" for name in sums]
    parts += [
        f"{name} = CASE WHEN excluded.{name} > {table}.{name} THEN excluded.{name}"
        f" ELSE {table}.{name} END"
        for name in latest
    ]
    return f"({', '.join(map(quoted, key))}) DO UPDATE SET {', '.join(parts)}"


def quoted(name: str) -> str:
    return f'"{name}"'


def _plain(value: object) -> int:
    """Ids of events are an int's subclass."""
    if isinstance(value, int):
        return int(value)
    raise TypeError(f"cannot be stored: {type(value).__name__}")


# "hex" is how SQLAlchemy's Uuid stores an id on SQLite.
_ENCODER = msgspec.json.Encoder(enc_hook=_plain, uuid_format="hex")
