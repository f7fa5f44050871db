"""No text that is written as CSV is a formula, whatever separator the file is opened with."""

from __future__ import annotations

import csv
import io
import shutil
import subprocess
from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from domain.spreadsheet import defused
from tests.domain.spreadsheet_reader import cells, is_formula

BEFORE = (
    *("", " ", "\t", "\r", "\n", "\r\n", "\x0b", "\x0c", "\x00", "\xa0", "\xad", "\ufeff"),
    *("\u200b", "\u200e", "\u2060", "\u2028", "\u3000", "\u061c", "  \t\u200b", '"', '""'),
)
SIGNS = (*"=+-@", *"＝＋－＠", "﹦", "−")
ALL = [before + sign for before in BEFORE for sign in SIGNS]
AFTER = [f"word{separator}{start}" for separator in (";", "\t", "\n") for start in ALL]
TEXTS = st.text(
    st.sampled_from(["=", "+", "-", "@", "＝", ";", ",", "\t", "\n", "\r", '"', *"a1 \ufeff"])
)


def written(*texts: str) -> str:
    file = io.StringIO()
    csv.writer(file, quoting=csv.QUOTE_NONNUMERIC).writerow([defused(text) for text in texts])
    return file.getvalue()


def test_every_way_to_start_a_formula() -> None:
    for start in (*ALL, *AFTER):
        text = f"{start}1+1"
        assert any(is_formula(cell) for separator in ",;\t" for cell in cells(text, separator))
        line = written("first", text, "last")
        for separator in ",;\t":
            assert not any(is_formula(cell) for cell in cells(line, separator)), line


@given(st.lists(TEXTS, min_size=1, max_size=4))
@example(["a", 'b;"=1'])
@example([";\t;=1", "x\n\n-1"])
@example(["-1", ""])
def test_no_row_has_a_formula(texts: list[str]) -> None:
    line = written(*texts)
    for separator in ",;\t":
        assert not any(is_formula(cell) for cell in cells(line, separator)), line


@pytest.mark.parametrize(
    "text", ["", "a=b", "spam: 3 - 2", "x; y", "mail@example.com", "a,=b", "5", "-5", "-0.25"]
)
def test_what_is_harmless_stays(text: str) -> None:
    """Numbers too: an erased member is a negative one."""
    assert defused(text) == text


@given(TEXTS)
def test_nothing_is_lost(text: str) -> None:
    """Only apostrophes are put in."""
    assert defused(text).replace("'", "") == text


def test_a_long_run_takes_no_longer() -> None:
    assert defused("\t" * 200_000 + "x=1") == "'" + "\t" * 200_000 + "x=1"


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice Calc is not installed")
def test_libreoffice_sees_no_formula(tmp_path: Path) -> None:
    """Asked to take for a formula whatever looks like one, and with each separator."""
    texts = [f"{start}1+1" for start in (*ALL, *AFTER)]
    (tmp_path / "defused.csv").write_text("".join(written(text, "next") for text in texts))
    for separator in ",;\t":
        (tmp_path / "live.csv").write_text(f"=1+1{separator}x\n")
        formulas = _formulas(tmp_path, separator)
        assert (formulas["live"], formulas["defused"]) == (["of:=1+1"], []), separator


def _formulas(folder: Path, separator: str) -> dict[str, list[str]]:
    """Those of each of the files, when they are opened with that separator."""
    # The last option is that formulas are evaluated.
    options = f"{ord(separator)},34,76,1,,0,false,true,false,false,false,-1,true"
    command = [
        *("soffice", "--headless", "--norestore"),
        f"-env:UserInstallation={(folder / 'profile').as_uri()}",
        *("--convert-to", "fods", f"--infilter=Text - txt - csv (StarCalc):{options}"),
        *("--outdir", str(folder), *map(str, sorted(folder.glob("*.csv")))),
    ]
    subprocess.run(command, check=True, capture_output=True, timeout=300)
    return {file.stem: _formulas_in(file) for file in folder.glob("*.fods")}


def _formulas_in(file: Path) -> list[str]:
    name = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}formula"
    cells = ElementTree.parse(file).iter()
    return [cell.attrib[name] for cell in cells if name in cell.attrib]
