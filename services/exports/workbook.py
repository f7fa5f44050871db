"""A workbook for Excel and its like (xlsx), row by row in constant memory.

XlsxWriter and not one of the faster writers: it is well kept, writes no text as a formula unless
asked to, and knows the quote prefix, Excel's own apostrophe: the cell says what it said.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from itertools import chain, islice
from pathlib import Path
from typing import Any, BinaryIO, cast

import xlsxwriter
from xlsxwriter.exceptions import FileCreateError
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from adapters.exports.storage import FULL, DiskFullError
from adapters.process.scratch import scratch_folder
from domain.export_columns import Column, Kind
from domain.exports import SHEET_ROWS
from domain.spreadsheet import defused
from domain.windows import DAY_MS
from services.exports.lines import Row, spreadsheet_header, text_of

# Puts a value into a cell, by row and column.
Write = Callable[[int, int, Any], Any]
# Of a cell, in the units of UTF-16.
MOST_UNITS = 32_767
CUT = " [cut]"
# Days are counted from the end of 1899, rightly since March 1900.
_EPOCH_DAY, _FIRST_DAY = 25_569, 61
_OPTIONS = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}
_WIDTHS = {Kind.ID: 21, Kind.TIME: 20, Kind.TEXT: 24, Kind.DOCUMENT: 60, Kind.IDS: 40}
# What XML cannot hold or would change, and what looks like the way to write that (ECMA-376,
# ST_Xstring).
_ESCAPED = re.compile("[\x00-\x08\x0b-\x1f\ufffe\uffff]|_(?=x[0-9A-Fa-f]{4}_)")


class PlainSheet(Worksheet):  # type: ignore[misc]
    """A sheet whose texts are texts, whatever they look like."""

    def _escape_control_characters(self, data: Any) -> Any:
        """Numbers pass here too."""
        if not isinstance(data, str):
            return data
        return _ESCAPED.sub(lambda found: f"_x{ord(found[0]):04X}_", data)

    def _xml_rich_inline_string(self, string: str, attributes: Any) -> None:
        """A text that looks like the library's own markup."""
        self._xml_inline_string(string, True, attributes)


def write_workbook(
    out: BinaryIO,
    *,
    name: str,
    columns: Sequence[Column],
    rows: Iterable[Row],
    about: Iterable[tuple[str, str]],
    on_row: Callable[[], None],
) -> None:
    """Write it to `out`, which need not seek.

    name: of the sheet; a further one begins after SHEET_ROWS
    about: what the last sheet says, a name and a text each
    on_row: called after each row, and may raise to end it

    Raises DiskFullError where the folder for temporary files has no room.
    """
    with _scratch() as folder:
        book = xlsxwriter.Workbook(out, {**_OPTIONS, "tmpdir": str(folder)})
        book.use_zip64()
        # The same rows make the same bytes.
        book.set_properties({"created": datetime(2000, 1, 1)})
        formats = _Formats(book)
        for number, part in enumerate(_parts(rows), 1):
            sheet = book.add_worksheet(name if number == 1 else f"{name} {number}", PlainSheet)
            _write_rows(sheet, columns, part, on_row, formats)
        _write_about(book.add_worksheet("About", PlainSheet), about, formats)
        book.close()


@contextmanager
def _scratch() -> Iterator[Path]:
    """Where rows wait until the workbook is put together. Raises DiskFullError."""
    try:
        with scratch_folder() as folder:
            yield folder
    except (OSError, FileCreateError) as error:
        cause = error.args[0] if isinstance(error, FileCreateError) else error
        if getattr(cause, "errno", None) in FULL:
            raise DiskFullError("the disk for temporary files is full") from error
        raise


def _parts(rows: Iterable[Row]) -> Iterable[Iterable[Row]]:
    """Of one sheet each; at least one, each to be taken before the next."""
    left = iter(rows)
    yield islice(left, SHEET_ROWS)
    while (first := next(left, None)) is not None:
        yield chain((first,), islice(left, SHEET_ROWS - 1))


class _Formats:
    def __init__(self, book: xlsxwriter.Workbook) -> None:
        self.bold = book.add_format({"bold": True})
        self.time = book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
        # Excel's own apostrophe: also whoever edits the cell makes no formula of it.
        self.prefixed = book.add_format({"quote_prefix": True})


def _write_rows(
    sheet: Worksheet,
    columns: Sequence[Column],
    rows: Iterable[Row],
    on_row: Callable[[], None],
    formats: _Formats,
) -> None:
    """Below a header that stays in sight."""
    sheet.freeze_panes(1, 0)
    for place, column in enumerate(columns):
        sheet.set_column(place, place, _WIDTHS.get(column.kind, 12))
        sheet.write_string(0, place, spreadsheet_header(column), formats.bold)
    writers = [_writer(sheet, column.kind, formats) for column in columns]
    count = 0
    for count, row in enumerate(rows, 1):
        for place, value in enumerate(row):
            if value is not None:
                writers[place](count, place, value)
        on_row()
    sheet.autofilter(0, 0, count, len(columns) - 1)


def _writer(sheet: Worksheet, kind: Kind, formats: _Formats) -> Write:
    if kind in (Kind.INTEGER, Kind.NUMBER):
        return cast(Write, sheet.write_number)
    if kind is Kind.FLAG:
        return cast(Write, sheet.write_boolean)
    if kind is Kind.ID:
        return cast(Write, sheet.write_string)
    if kind is Kind.TIME:
        return lambda row, place, ms: _write_time(sheet, row, place, ms, formats)
    prefixed = formats.prefixed
    if kind is Kind.TEXT:
        return lambda row, place, text: _write_text(sheet, row, place, text, prefixed)
    return lambda row, place, value: _write_text(sheet, row, place, text_of(kind, value), prefixed)


def _write_time(sheet: Worksheet, row: int, place: int, ms: int, formats: _Formats) -> None:
    """In UTC; as text where workbooks have no such day."""
    day = ms / DAY_MS + _EPOCH_DAY
    if day < _FIRST_DAY:
        _write_text(sheet, row, place, text_of(Kind.TIME, ms), formats.prefixed)
    else:
        sheet.write_number(row, place, day, formats.time)


def _write_text(sheet: Worksheet, row: int, place: int, text: str, prefixed: Format) -> None:
    text = _shortened(text)
    sheet.write_string(row, place, text, prefixed if defused(text) != text else None)


def _shortened(text: str) -> str:
    """With a mark where it does not fit into a cell."""
    if len(text) * 2 <= MOST_UNITS:
        return text
    units = text.encode("utf-16-le")
    if len(units) <= 2 * MOST_UNITS:
        return text
    # Half of a pair at the end is left out.
    return units[: 2 * (MOST_UNITS - len(CUT))].decode("utf-16-le", "ignore") + CUT


def _write_about(sheet: Worksheet, about: Iterable[tuple[str, str]], formats: _Formats) -> None:
    sheet.set_column(0, 0, 20)
    sheet.set_column(1, 1, 80)
    for row, (name, text) in enumerate(about):
        sheet.write_string(row, 0, name, formats.bold)
        _write_text(sheet, row, 1, text, formats.prefixed)
