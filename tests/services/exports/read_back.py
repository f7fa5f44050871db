"""Files read back as other programs read them, and what they must say."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from python_calamine import CalamineWorkbook

from domain.export_columns import Column, Kind
from domain.exports import ExportFormat, ExportMode, ExportWish
from domain.spreadsheet import defused
from services.audit.details import details_of
from services.exports.lines import spreadsheet_header, spreadsheet_time, text_of

Rows = list[list[Any]]
_JSON = (ExportFormat.JSON, ExportFormat.NDJSON)


def read_back(wish: ExportWish, data: bytes) -> Rows:
    """The cells as that program has them, the header first where the format has one."""
    match wish.format:
        case ExportFormat.CSV:
            text = data.decode("utf-8-sig" if wish.mode is ExportMode.SPREADSHEET else "utf-8")
            return list(csv.reader(io.StringIO(text, newline="")))
        case ExportFormat.NDJSON:
            return [list(json.loads(line).values()) for line in data.split(b"\n")[:-1]]
        case ExportFormat.JSON:
            return [list(row.values()) for row in json.loads(data)["rows"]]
        case ExportFormat.XLSX:
            book = CalamineWorkbook.from_filelike(io.BytesIO(data))
            sheets = map(book.get_sheet_by_name, book.sheet_names[:-1])
            rows = (row for sheet in sheets for row in sheet.to_python(skip_empty_area=False))
            return [[_moment(cell) for cell in row] for row in rows]


def _moment(cell: Any) -> Any:
    """Midnight is read as a day."""
    is_day = isinstance(cell, date) and not isinstance(cell, datetime)
    return datetime(cell.year, cell.month, cell.day) if is_day else cell


def expected(wish: ExportWish, rows: Iterable[Sequence[Any]]) -> Rows:
    """What must be read back of rows as a view gives them."""
    columns = wish.columns
    cells = [[_cell(wish, *pair) for pair in zip(columns, row, strict=True)] for row in rows]
    if wish.format in _JSON:
        return cells
    if wish.format is ExportFormat.CSV and wish.mode is ExportMode.RAW:
        return [[column.name for column in columns], *cells]
    return [[spreadsheet_header(column) for column in columns], *cells]


def _cell(wish: ExportWish, column: Column, value: Any) -> Any:
    if wish.format in _JSON:
        return _of_json(column.kind, value)
    if value is None:
        return ""
    if wish.format is ExportFormat.XLSX:
        return _of_workbook(column.kind, value)
    return _of_csv(column.kind, value, is_sheet=wish.mode is ExportMode.SPREADSHEET)


def _of_json(kind: Kind, value: Any) -> Any:
    if value is None:
        return None
    if kind is Kind.DOCUMENT:
        return details_of(value)
    return text_of(kind, value) if kind is Kind.TIME else value


def _of_csv(kind: Kind, value: Any, *, is_sheet: bool) -> str:
    if is_sheet and kind is Kind.TIME:
        return spreadsheet_time(value)
    text = text_of(kind, value)
    is_word = kind in (Kind.TEXT, Kind.IDS, Kind.DOCUMENT)
    return defused(text) if is_sheet and is_word else text


def _of_workbook(kind: Kind, value: Any) -> Any:
    if kind is Kind.TIME:
        return datetime(1970, 1, 1) + timedelta(milliseconds=value)
    if kind in (Kind.INTEGER, Kind.NUMBER, Kind.FLAG):
        return value
    return text_of(kind, value)
