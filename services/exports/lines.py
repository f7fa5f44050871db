"""Rows as lines of CSV and JSON, cell by cell.

models/exports/violation_lines.py writes the same bytes in SQL, where rows are many.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import orjson

from domain.clock import rfc3339
from domain.export_columns import Column, Kind
from domain.exports import ExportMode
from domain.spreadsheet import defused
from services.audit.details import details_of

# Has spreadsheets read UTF-8.
MARK = "\ufeff"
Row = Sequence[Any]
_SPECIAL = re.compile(r'[,"\r\n]')
_WORDS = (Kind.TEXT, Kind.IDS, Kind.DOCUMENT)
_QUOTED = (*_WORDS, Kind.ID)
Cell = Callable[[Any], str]


def csv_header(columns: Iterable[Column], mode: ExportMode) -> str:
    """With the line's end. In a spreadsheet a time says that it is in UTC."""
    if mode is ExportMode.RAW:
        return ",".join(column.name for column in columns) + "\n"
    return MARK + ",".join(f'"{spreadsheet_header(column)}"' for column in columns) + "\n"


def spreadsheet_header(column: Column) -> str:
    if column.kind is not Kind.TIME:
        return column.name
    return "time (UTC)" if column.name == "timestamp" else f"{column.name} (UTC)"


def csv_lines(columns: Sequence[Column], mode: ExportMode, rows: Iterable[Row]) -> Iterator[str]:
    """A line each, with its end: \\n, since a lone \\r in a cell is quoted all the same."""
    cells = [csv_cell(column.kind, mode) for column in columns]
    for row in rows:
        written = zip(cells, row, strict=True)
        yield ",".join("" if value is None else cell(value) for cell, value in written) + "\n"


def csv_cell(kind: Kind, mode: ExportMode) -> Cell:
    """How a value that is there is written; in a spreadsheet no text has a separator or formula."""
    if mode is ExportMode.RAW:
        return lambda value: _quoted_if_needed(text_of(kind, value))
    if kind in _WORDS:
        return lambda value: quoted(defused(text_of(kind, value)))
    if kind is Kind.ID:
        return quoted
    return spreadsheet_time if kind is Kind.TIME else lambda value: text_of(kind, value)


def text_of(kind: Kind, value: Any) -> str:
    """A value as text: times as RFC 3339, several ids with a blank between."""
    if kind is Kind.TIME:
        return rfc3339(value)
    if kind is Kind.FLAG:
        return "true" if value else "false"
    return " ".join(value) if kind is Kind.IDS else str(value)


def spreadsheet_time(ms: int) -> str:
    """As every spreadsheet reads it, whatever its language."""
    text = rfc3339(ms)
    return f"{text[:10]} {text[11:19]}"


def quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'


def _quoted_if_needed(text: str) -> str:
    return quoted(text) if not text or _SPECIAL.search(text) else text


def json_lines(columns: Sequence[Column], rows: Iterable[Row]) -> Iterator[bytes]:
    """An object each, with the line's end; values as in the API."""
    names = [column.name for column in columns]
    cells = [_json_cell(column.kind) for column in columns]
    for row in rows:
        values = (
            None if value is None else cell(value) for cell, value in zip(cells, row, strict=True)
        )
        yield orjson.dumps(dict(zip(names, values, strict=True))) + b"\n"


def _json_cell(kind: Kind) -> Callable[[Any], Any]:
    if kind is Kind.TIME:
        return rfc3339
    return details_of if kind is Kind.DOCUMENT else lambda value: value
