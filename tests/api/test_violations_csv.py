"""Violations as CSV: quoted throughout, no cell is a formula, and no request waits for it."""

from __future__ import annotations

import csv

import pytest

from services.violations import as_csv
from tests.domain.spreadsheet_reader import cells, is_formula
from tests.parts import GUILD, Web, ingest, violation

EXPORT = f"/api/v1/servers/{GUILD}/violations/export?format=csv"


def test_hostile_words_are_no_formulas(web_on_sqlite: Web) -> None:
    web = web_on_sqlite
    hostile = ["\n=1+1", "\ufeff＝1+1", "a;@SUM(1)", '";"=1', "x\r\n\t+1"]
    ingest(web.bot(), *(violation(reason=text, rule=text) for text in hostile))
    answer = web.reader(role="moderator").get(EXPORT)
    text = answer.get_data(as_text=True)
    for separator in ",;\t":
        assert not [cell for cell in cells(text, separator) if is_formula(cell)]
    rows = list(csv.DictReader(text.removeprefix("\ufeff").splitlines(keepends=True)))
    found = sorted(row["reason"].replace("'", "") for row in rows)
    assert found == sorted(hostile)


def test_text_is_quoted_and_numbers_stay(web_on_sqlite: Web) -> None:
    web = web_on_sqlite
    ingest(web.bot(), violation(response_time_ms=145))
    head, row = web.reader(role="moderator").get(EXPORT).get_data(as_text=True).splitlines()
    assert head.startswith('\ufeff"id","timestamp","user_id"')
    assert '"spam"' in row
    assert ',145,"' in row


def test_between_pieces_other_requests_have_their_turn(
    web_on_sqlite: Web, monkeypatch: pytest.MonkeyPatch
) -> None:
    web = web_on_sqlite
    turns: list[str] = []
    ingest(web.bot(), *(violation() for _ in range(as_csv.PAGE * 3)))
    monkeypatch.setattr(as_csv, "let_others_run", lambda: turns.append("turn"))
    text = web.reader(role="moderator").get(EXPORT).get_data(as_text=True)
    assert (len(text.splitlines()), turns) == (1 + as_csv.PAGE * 3, ["turn"] * 3)
