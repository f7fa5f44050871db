"""How an export's file is made: from a wish and one consistent read to bytes.

    with database.read() as connection:
        made = write_export(connection, wish, file, on_rows)

The read is the caller's (Database.read): REPEATABLE READ on PostgreSQL, a snapshot on SQLite.
Memory does not grow with the rows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import closing
from dataclasses import dataclass
from itertools import islice
from typing import BinaryIO

from sqlalchemy import Connection

from domain.exports import (
    MOST_SECONDS,
    Column,
    Compression,
    ExportFormat,
    ExportWish,
    check_fits,
    errors_of,
    fits,
)
from services.exports.formats import write_rows
from services.exports.lines import Row, csv_lines, json_lines
from services.exports.sink import Sink
from services.exports.views.every import VIEWS

SAMPLED_ROWS = 200
# What a file comes to by its lines; some parts in a hundred.
_SMALLER = {ExportFormat.XLSX: 45, Compression.GZIP: 25}


@dataclass(frozen=True, slots=True)
class Estimate:
    """rows are exact, bytes about right; formats: those that hold so many rows."""

    rows: int
    bytes: int
    formats: tuple[ExportFormat, ...]


@dataclass(frozen=True, slots=True)
class MadeFile:
    """What is said of a finished file; size and hash are of the bytes as written."""

    rows: int
    size_bytes: int
    sha256: str
    columns: tuple[Column, ...]


def estimate(connection: Connection, wish: ExportWish) -> Estimate:
    """What the export would come to. ValueError for a wish that errors_of objects to."""
    _check(wish)
    view = VIEWS[wish.export_type]
    rows = view.count(connection, wish)
    with closing(view.rows(connection, wish)) as every:
        sizes = _line_bytes(wish, islice(every, SAMPLED_ROWS))
    about = sum(sizes) * rows // len(sizes) if sizes else 0
    about = about * _SMALLER.get(wish.format, 100) // 100
    about = about * _SMALLER.get(wish.compression, 100) // 100
    return Estimate(rows, about, tuple(one for one in ExportFormat if fits(one, rows)))


def write_export(
    connection: Connection,
    wish: ExportWish,
    out: BinaryIO,
    on_rows: Callable[[int], None],
) -> MadeFile:
    """Write the file to `out`, which can seek, from where it stands; flushing it is the caller's.

    on_rows(rows so far) is called at least every 256 KB or 5,000 rows; what it raises ends the
    making. Raises ValueError for a wish that errors_of objects to, TooManyRowsError, TooLongError.
    """
    _check(wish)
    _limit_time(connection)
    rows = VIEWS[wish.export_type].count(connection, wish)
    check_fits(wish.format, rows)
    sink = Sink(out, on_rows, wish.compression)
    write_rows(connection, wish, rows, sink)
    written = sink.finish()
    return MadeFile(written.rows, written.size_bytes, written.sha256, wish.columns)


def _line_bytes(wish: ExportWish, rows: Iterable[Row]) -> list[int]:
    if wish.format in (ExportFormat.JSON, ExportFormat.NDJSON):
        return [len(line) for line in json_lines(wish.columns, rows)]
    return [len(line.encode()) for line in csv_lines(wish.columns, wish.mode, rows)]


def _limit_time(connection: Connection) -> None:
    """Of each statement; Sink looks at the whole."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"SET LOCAL statement_timeout = '{MOST_SECONDS}s'")


def _check(wish: ExportWish) -> None:
    if errors := errors_of(wish):
        raise ValueError(f"cannot be exported: {errors}")
