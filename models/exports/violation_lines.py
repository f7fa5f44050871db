"""Violations as lines of a file, written by the database: a million rows are too many for Python.

On PostgreSQL CSV is left to COPY, whose rules the others follow: quoted is what needs it, or all
text; what is null is empty and what is empty is quoted.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Generator, Sequence
from dataclasses import dataclass
from typing import Any, cast

import psycopg
from sqlalchemy import Connection, Select, Table, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql import ColumnElement
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.types import NullType

from models.events.tables import Violation
from models.exports.cells import dialect_of
from models.exports.violation_cells import NO_TEXT, Style, ViolationCells
from models.sql.copy_out import copied

FETCHED = 1_000
# Up to so many rows PostgreSQL puts them in order itself. More are read along the index; joining
# names keeps that order, but promises nothing, so it is looked at.
MOST_SORTED = 50_000
_table = cast(Table, Violation.__table__)


class OutOfOrderError(Exception):
    """The rows did not come newest first: to be read again, `is_sorted`."""


@dataclass(frozen=True, slots=True)
class _Place:
    """Where in a line of COPY its place in the order stands.

    rest: says which of two lines of one time comes first
    ahead: so many bytes are not the file's
    """

    time: slice
    rest: slice
    ahead: int = 0


# A spreadsheet shows seconds: their milliseconds stand ahead, `250,"<id>"`.
_MILLISECONDS = "lpad((v.timestamp_ms % 1000)::text, 3, '0')"
_PLACES = {
    Style.RAW_CSV: _Place(slice(37, 61), slice(36)),
    Style.SHEET_CSV: _Place(slice(43, 62), slice(41), ahead=4),
    Style.JSON: _Place(slice(58, 82), slice(7, 43)),
}
_OPTIONS = {
    Style.RAW_CSV: "FORMAT csv",
    Style.SHEET_CSV: "FORMAT csv, FORCE_QUOTE ({})",
    # Neither stands in JSON, so that each line comes as it is.
    Style.JSON: r"FORMAT csv, QUOTE E'\x01', DELIMITER E'\x02'",
}


def violation_lines(
    connection: Connection,
    guild_id: int,
    wanted: Sequence[ColumnElement[bool]],
    columns: Sequence[str],
    style: Style,
    *,
    is_sorted: bool,
) -> Generator[tuple[bytes, int]]:
    """Pieces of the file, and how many lines each is; newest first.

    wanted: of models.violations.list.conditions; columns: names as in domain/export_columns.py,
    `id` and `timestamp` first. Raises OutOfOrderError unless `is_sorted`.
    """
    dialect = dialect_of(connection)
    dialect.prepare(connection)
    cells = ViolationCells(dialect, guild_id, style)
    if connection.dialect.name == "postgresql":
        return _postgresql(connection, cells, wanted, columns, is_sorted=is_sorted)
    return _sqlite(connection, cells, wanted, columns)


_ORDER = " ORDER BY v.timestamp_ms DESC, v.id DESC"


def _query(cells: ViolationCells, rows: str, selected: str) -> str:
    return f"SELECT {selected} FROM ({rows}) AS v {cells.names()}"


def _postgresql(
    connection: Connection,
    cells: ViolationCells,
    wanted: Sequence[ColumnElement[bool]],
    columns: Sequence[str],
    *,
    is_sorted: bool,
) -> Generator[tuple[bytes, int]]:
    driver = cast("psycopg.Connection[Any]", connection.connection.driver_connection)
    newest_first = (_table.c.timestamp_ms.desc(), _table.c.id.desc())
    query, values = _compiled(connection, select(_table).where(*wanted).order_by(*newest_first))
    # COPY takes no parameters.
    rows = psycopg.ClientCursor(driver).mogrify(query, values)
    if cells.style is Style.JSON:
        selected = cells.json_line(columns)
    else:
        selected = ", ".join(f"{cells.plain(name)} AS {name}" for name in columns)
    options = _OPTIONS[cells.style].format(", ".join(set(columns) - set(NO_TEXT)))
    place = None if is_sorted else _PLACES[cells.style]
    if place is not None and place.ahead:
        selected = f"{_MILLISECONDS}, {selected}"
    query = _query(cells, rows, selected) + (_ORDER if is_sorted else "")
    statement = f"COPY ({query}) TO STDOUT ({options})".encode()
    return _pieces(connection, driver, statement, place)


def _compiled(connection: Connection, query: Select[Any]) -> tuple[str, dict[str, Any]]:
    once = {"render_postcompile": True}
    compiled = query.compile(dialect=connection.dialect, compile_kwargs=once)
    return str(compiled), dict(compiled.params)


def _pieces(
    connection: Connection,
    driver: psycopg.Connection[Any],
    statement: bytes,
    place: _Place | None,
) -> Generator[tuple[bytes, int]]:
    last: list[Any] = []
    is_in_order, is_done = True, False
    try:
        for rows in copied(driver, statement):
            if place is not None:
                # Read to its end all the same: the transaction goes on.
                is_in_order = is_in_order and _descends([*last, *rows], place)
                last = rows[-1:] or last
            if is_in_order:
                yield _joined(rows, place), len(rows)
        is_done = True
    except psycopg.Error as error:
        raise DBAPIError.instance(None, None, error, psycopg.Error) from error
    finally:
        if not is_done:
            # Rows are still on their way: whoever has the connection next would meet them.
            connection.invalidate()
    if not is_in_order:
        raise OutOfOrderError


def _joined(rows: list[Any], place: _Place | None) -> bytes:
    ahead = place.ahead if place is not None else 0
    return b"".join([row[ahead:] for row in rows] if ahead else rows)


def _descends(rows: list[Any], place: _Place) -> bool:
    """Newest first, and of one time the greater id first. Times alone say it nearly always."""
    times = [bytes(row[place.time]) for row in rows]
    if all(map(bytes.__gt__, times, times[1:])):
        return True
    keys = list(zip(times, [bytes(row[place.rest]) for row in rows], strict=True))
    return all(map(tuple.__gt__, keys, keys[1:]))


def _sqlite(
    connection: Connection,
    cells: ViolationCells,
    wanted: Sequence[ColumnElement[bool]],
    columns: Sequence[str],
) -> Generator[tuple[bytes, int]]:
    line = cells.json_line(columns) if cells.style is Style.JSON else cells.csv_line(columns)
    compiled = (
        select(_table)
        .where(*wanted)
        .compile(dialect=connection.dialect, compile_kwargs={"render_postcompile": True})
    )
    values = tuple(_for_driver(compiled, name) for name in compiled.positiontup or ())
    query = _query(cells, str(compiled), line) + _ORDER
    with connection.exec_driver_sql(query, values) as rows:
        while some := _fetched(rows.cursor):
            yield "".join([f"{line}\n" for (line,) in some]).encode(), len(some)


def _for_driver(compiled: SQLCompiler, name: str) -> Any:
    """A value as SQLite has it: an id is a text there."""
    value, dialect = compiled.params[name], compiled.dialect
    type = compiled.binds[name].type if name in compiled.binds else NullType()
    process = type.dialect_impl(dialect).bind_processor(dialect)
    return value if process is None else process(value)


def _fetched(cursor: Any) -> list[Any]:
    """Past SQLAlchemy, which would make an object of each row; not past its errors."""
    try:
        return list(cursor.fetchmany(FETCHED))
    except sqlite3.Error as error:
        raise DBAPIError.instance(None, None, error, sqlite3.Error) from error
