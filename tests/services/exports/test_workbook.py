"""Workbooks: typed cells, no formula, no id changed, several sheets; read by two other programs."""

from __future__ import annotations

import errno
import io
import re
import shutil
import subprocess
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any
from xml.etree import ElementTree
from zipfile import ZipFile

import pytest
from python_calamine import CalamineWorkbook

from adapters.exports.storage import DiskFullError
from domain.export_columns import Column, Kind
from domain.exports import ExportMode
from services.exports import workbook
from services.exports.lines import Row, csv_header, csv_lines
from services.exports.workbook import MOST_UNITS, write_workbook
from tests.domain.test_spreadsheet import ALL
from tests.parts import NOW_MS
from tests.services.exports.parts import HOSTILE

COLUMNS = tuple(
    Column(kind.value, kind) for kind in (Kind.ID, Kind.TEXT, Kind.TIME, Kind.INTEGER, Kind.FLAG)
)
ID = "9007199254740993"
OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
needs_office = pytest.mark.skipif(
    shutil.which("soffice") is None, reason="LibreOffice Calc is not installed"
)


def made(rows: Iterable[Row]) -> bytes:
    out = io.BytesIO()
    write_workbook(
        out,
        name="violations",
        columns=COLUMNS,
        rows=rows,
        about=[("as_of", "=now()")],
        on_row=lambda: None,
    )
    return out.getvalue()


def row(text: str, number: int = -5) -> Row:
    return (ID, text, NOW_MS, number, True)


def sheets(data: bytes) -> dict[str, list[list[Any]]]:
    book = CalamineWorkbook.from_filelike(io.BytesIO(data))
    return {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}


def test_cells_have_types() -> None:
    found = sheets(made([row("=1+1")]))
    assert list(found) == ["violations", "About"]
    header, cells = found["violations"]
    assert header == ["id", "text", "time (UTC)", "integer", "flag"]
    assert cells == [ID, "=1+1", datetime(2026, 3, 18, 10, 20, 5, 250_000), -5, True]
    assert found["About"] == [["as_of", "=now()"]]


def test_nothing_is_a_formula() -> None:
    """Not even for somebody who edits the cell: those texts have Excel's own apostrophe."""
    texts = [f"{start}1+1" for start in ALL if "\x00" not in start]
    with ZipFile(io.BytesIO(made([row(text) for text in [*texts, "plain", "-5"]]))) as parts:
        sheet = parts.read("xl/worksheets/sheet1.xml").decode()
        styles = parts.read("xl/styles.xml").decode()
    assert "<f>" not in sheet
    formats = re.findall(r"<xf [^>]*/?>", styles[styles.index("<cellXfs") :])
    (prefixed,) = (at for at, found in enumerate(formats) if 'quotePrefix="1"' in found)
    assert sheet.count(f's="{prefixed}" t="inlineStr"') == len(texts)


def test_a_sheet_that_is_full_goes_on_in_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook, "SHEET_ROWS", 3)
    for count in (0, 1, 3, 4, 6, 7):
        found = sheets(made([row("x", number) for number in range(count)]))
        names = [name for name in found if name != "About"]
        assert names == ["violations", *(f"violations {n}" for n in range(2, len(names) + 1))]
        assert len(names) == max(1, -(-count // 3))
        assert [cells[3] for name in names for cells in found[name][1:]] == list(range(count))
        assert all(found[name][0][0] == "id" for name in names)


def test_headers_stay_in_sight_and_rows_can_be_filtered() -> None:
    with ZipFile(io.BytesIO(made([row("x"), row("y")]))) as parts:
        sheet = parts.read("xl/worksheets/sheet1.xml").decode()
    assert 'ySplit="1"' in sheet
    assert '<autoFilter ref="A1:E3"/>' in sheet


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("x" * MOST_UNITS, "x" * MOST_UNITS),
        ("x" * (MOST_UNITS + 1), "x" * (MOST_UNITS - 6) + " [cut]"),
        ("😀" * 20_000, "😀" * 16_380 + " [cut]"),
        ("<r><t>=1</t></r>", "<r><t>=1</t></r>"),
        ("_x0041_", "_x0041_"),
        ("a\r\n\tb ", "a\r\n\tb "),
    ],
)
def test_texts_are_kept_or_cut_with_a_mark(text: str, shown: str) -> None:
    assert sheets(made([row(text)]))["violations"][1][1] == shown


def test_the_same_rows_make_the_same_bytes() -> None:
    assert made([row("x")]) == made([row("x")])


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EDQUOT])
def test_no_room_for_what_is_needed_meanwhile_is_a_full_disk(code: int) -> None:
    """Also where it is our share of the disk that is full."""

    def rows() -> Iterator[Row]:
        yield row("x")
        raise OSError(code, "no room")

    with pytest.raises(DiskFullError):
        made(rows())


@needs_office
def test_libreoffice_sees_no_formula_and_every_id(tmp_path: Path) -> None:
    rows = [row(text) for text in HOSTILE if text not in ("", " ")]
    (tmp_path / "book.xlsx").write_bytes(made(rows))
    csv = csv_header(COLUMNS, ExportMode.SPREADSHEET)
    csv += "".join(csv_lines(COLUMNS, ExportMode.SPREADSHEET, rows))
    (tmp_path / "list.csv").write_text(csv, encoding="utf-8", newline="")
    for name in ("book.xlsx", "list.csv"):
        ids, numbers, formulas = _opened(tmp_path, name)
        assert (ids, numbers, formulas) == ([ID] * len(rows), [-5.0] * len(rows), [])


def _opened(folder: Path, name: str) -> tuple[list[str], list[float], list[str]]:
    """First cells as texts, fourth ones as numbers, and every formula."""
    # What is quoted is text; formulas are evaluated.
    options = "44,34,76,1,,0,true,true,false,false,false,-1,true"
    filters = [f"--infilter=Text - txt - csv (StarCalc):{options}"] if name.endswith("csv") else []
    command = [
        *("soffice", "--headless", "--norestore"),
        f"-env:UserInstallation={(folder / 'profile').as_uri()}",
        *("--convert-to", "fods", *filters, "--outdir", str(folder), str(folder / name)),
    ]
    subprocess.run(command, check=True, capture_output=True, timeout=300)
    root = ElementTree.parse(folder / f"{name.split('.')[0]}.fods").getroot()
    rows = [list(one.iter(f"{TABLE}table-cell")) for one in root.iter(f"{TABLE}table-row")]
    mine = [one for one in rows if len(one) >= 5 and "".join(one[0].itertext()).strip() == ID]
    ids = ["".join(one[0].itertext()).strip() for one in mine]
    assert all(one[0].get(f"{OFFICE}value-type") == "string" for one in mine)
    numbers = [float(one[3].get(f"{OFFICE}value", "nan")) for one in mine]
    formulas = {cell.get(f"{TABLE}formula") for one in rows for cell in one}
    # Its own way to write down what is true.
    return ids, numbers, sorted(map(str, formulas - {None, "of:=TRUE()"}))
