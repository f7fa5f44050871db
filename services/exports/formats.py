"""The formats: rows as lines of CSV or JSON, or as a workbook."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import closing

import orjson
from sqlalchemy import Connection

from domain.exports import ExportFormat, ExportMode, ExportType, ExportWish
from models.exports.violation_cells import Style
from models.exports.violation_lines import MOST_SORTED, OutOfOrderError, violation_lines
from models.violations.found import find
from models.violations.list import conditions
from services.exports.lines import csv_header, csv_lines, json_lines
from services.exports.meta import meta
from services.exports.sink import Sink
from services.exports.views.every import VIEWS
from services.exports.views.violations import filter_of

# Of the file, and how many rows these bytes are.
Piece = tuple[bytes, int]


def write_rows(connection: Connection, wish: ExportWish, rows: int, sink: Sink) -> None:
    """Everything that is in the file. rows: how many there are."""
    if wish.format is ExportFormat.XLSX:
        _write_workbook(connection, wish, rows, sink)
        return
    try:
        _write_lines(connection, wish, rows, sink, is_sorted=rows <= MOST_SORTED)
    except OutOfOrderError:
        sink.restart()
        _write_lines(connection, wish, rows, sink, is_sorted=True)


def _write_lines(
    connection: Connection, wish: ExportWish, rows: int, sink: Sink, *, is_sorted: bool
) -> None:
    before, between, after = _frame(wish, rows)
    sink.add(before)
    # Closed at once where the making ends early: the rest is of no use to anybody.
    with closing(_lines(connection, wish, is_sorted=is_sorted)) as pieces:
        for number, (piece, count) in enumerate(pieces):
            sink.add(_joined(piece, between, is_first=not number), count)
    sink.add(after)


def _joined(piece: bytes, between: bytes, *, is_first: bool) -> bytes:
    """Lines end with a line break, which stands nowhere else in JSON."""
    if between == b"\n":
        return piece
    return (b"" if is_first else between) + piece[:-1].replace(b"\n", between)


def _frame(wish: ExportWish, rows: int) -> tuple[bytes, bytes, bytes]:
    """What stands before the rows, between two, and after them."""
    if wish.format is ExportFormat.CSV:
        return csv_header(wish.columns, wish.mode).encode(), b"\n", b""
    if wish.format is ExportFormat.NDJSON:
        return b"", b"\n", b""
    return b'{"meta":' + orjson.dumps(meta(wish, rows)) + b',"rows":[\n', b",\n", b"\n]}\n"


def _lines(connection: Connection, wish: ExportWish, *, is_sorted: bool) -> Generator[Piece]:
    """At least one line each."""
    if wish.export_type is ExportType.VIOLATIONS:
        yield from _violation_lines(connection, wish, is_sorted=is_sorted)
        return
    with closing(VIEWS[wish.export_type].rows(connection, wish)) as rows:
        if wish.format is ExportFormat.CSV:
            for text in csv_lines(wish.columns, wish.mode, rows):
                yield text.encode(), 1
        else:
            for line in json_lines(wish.columns, rows):
                yield line, 1


def _violation_lines(
    connection: Connection, wish: ExportWish, *, is_sorted: bool
) -> Generator[Piece]:
    wanted, guild_id = filter_of(wish), wish.guild_id
    found = find(connection, guild_id, wanted.text) if wanted.text is not None else None
    if found is not None and found.is_empty(wanted.severity):
        return
    pieces = violation_lines(
        connection,
        guild_id,
        conditions(connection, guild_id, wanted, found),
        [column.name for column in wish.columns],
        _style(wish),
        is_sorted=is_sorted,
    )
    with closing(pieces):
        yield from pieces


def _style(wish: ExportWish) -> Style:
    if wish.format is not ExportFormat.CSV:
        return Style.JSON
    return Style.RAW_CSV if wish.mode is ExportMode.RAW else Style.SHEET_CSV


def _write_workbook(connection: Connection, wish: ExportWish, rows: int, sink: Sink) -> None:
    from services.exports.workbook import write_workbook  # XlsxWriter: nothing else needs it

    said = meta(wish, rows)
    about = {name: value for name, value in said.items() if name not in ("columns", "filters")}
    about.update({f"filter: {name}": value for name, value in wish.filters.items()})
    with closing(VIEWS[wish.export_type].rows(connection, wish)) as found:
        write_workbook(
            sink.as_file(),
            name=wish.export_type,
            columns=wish.columns,
            rows=found,
            about=[(name, "" if value is None else str(value)) for name, value in about.items()],
            on_row=lambda: sink.add(b"", 1),
        )
