"""docs/exports.md names the columns and filters that there are, in their order."""

from __future__ import annotations

import re

from domain.export_columns import COLUMNS
from domain.exports import DEFAULT_SPANS, FILTERS, MOST_XLSX_ROWS, SHEET_ROWS, ExportType
from domain.spans import Span
from tests.command_line import ROOT

DOCUMENT = (ROOT / "docs" / "exports.md").read_text()
WITHOUT = {None: ("all", "as of now"), Span.ALL: ("all time",), Span.QUARTER: ("90 days",)}


def test_views_and_their_columns() -> None:
    table = DOCUMENT.split("<!-- columns -->")[1].strip().split("\n\n")[0].splitlines()[2:]
    found = {}
    for line in table:
        view, _, columns, without, filters = (cell.strip() for cell in line.strip("|").split("|"))
        found[ExportType(view.strip("`"))] = _names(columns), without, _names(filters)
    assert list(found) == list(ExportType)
    for one, (named, shown, filtered) in found.items():
        assert named == [column.name for column in COLUMNS[one]]
        assert filtered == list(FILTERS[one])
        span = DEFAULT_SPANS[one]
        assert shown in WITHOUT.get(span, (f"`{span}`",))


def test_what_a_workbook_holds() -> None:
    assert f"{SHEET_ROWS:,} rows" in DOCUMENT
    assert f"{MOST_XLSX_ROWS:,}" in DOCUMENT


def _names(cell: str) -> list[str]:
    return re.findall(r"`([a-z_]+)`", cell)
