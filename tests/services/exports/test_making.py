"""One consistent read, told of on its way and ended by what it hears; what does not fit says so."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from domain.exports import (
    MOST_XLSX_ROWS,
    Compression,
    ExportFormat,
    ExportMode,
    ExportType,
    TooManyRowsError,
    check_fits,
    errors_of,
)
from domain.roles import Authenticated, Owner
from domain.spans import Span
from domain.windows import DAY_MS
from models.violations.list import ViolationFilter
from models.violations.total import count_violations
from services.container import Parts, build_parts
from services.exports import sink
from services.exports.making import estimate, write_export
from services.exports.sink import TooLongError
from services.exports.views import violations
from services.members.erasure import erase
from tests.parts import GUILD, NOW_MS, Clock, settings_for
from tests.services import events
from tests.services.exports.parts import exported, hostile_events, ingest, wish
from tests.services.exports.read_back import expected, read_back

OWNER = Authenticated(GUILD, 1, Owner)
MEMBER = 9_007_199_254_740_993


@pytest.fixture
def parts(database_url: str, tmp_path: Path) -> Iterator[Parts]:
    built = build_parts(settings_for(database_url.replace("+psycopg", ""), tmp_path), Clock())
    ingest(built.database, hostile_events())
    yield built
    built.close()


@pytest.mark.parametrize("format", [ExportFormat.CSV, ExportFormat.NDJSON, ExportFormat.XLSX])
def test_rows_are_those_at_the_moment_of_the_read(
    parts: Parts, format: ExportFormat, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While it is made events come in, late ones too, and a member is erased."""
    before, made_before = exported(parts.database, wish(format=format))
    monkeypatch.setattr(sink, "PIECE_ROWS", 7)
    monkeypatch.setattr(violations, "PAGE", 10)
    told: list[int] = []

    def change(rows: int) -> None:
        told.append(rows)
        if len(told) == 1:
            late = [events.violation(GUILD, NOW_MS - days * DAY_MS) for days in range(20)]
            ingest(parts.database, [*late, *hostile_events(texts=["new"] * 20)])
            erase(parts, OWNER, MEMBER)

    data, made = exported(parts.database, wish(format=format), change)
    assert (data, made.sha256) == (before, made_before.sha256)
    assert told[-1] == made.rows == made_before.rows
    assert len(told) > 1
    wished = wish(format=format)
    after, _ = exported(parts.database, wished)
    assert str(MEMBER).encode() not in after
    with parts.database.read() as connection:
        assert read_back(wished, after) == expected(wished, violations.rows(connection, wished))


def test_what_it_hears_ends_it(parts: Parts, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sink, "PIECE_ROWS", 7)

    class LeaseLostError(Exception):
        pass

    def lose(rows: int) -> None:
        raise LeaseLostError

    for format in ExportFormat:
        with pytest.raises(LeaseLostError):
            exported(parts.database, wish(format=format), lose)
    # Whoever has the connection next finds it in order.
    with parts.database.read() as connection:
        assert count_violations(connection, GUILD, ViolationFilter()) > 7


def test_it_ends_in_time(parts: Parts, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing may hold the state of one moment for ever."""
    monkeypatch.setattr(sink, "MOST_SECONDS", 0)
    with pytest.raises(TooLongError):
        exported(parts.database, wish())


def test_it_is_written_from_where_the_file_stands(parts: Parts) -> None:
    out = io.BytesIO(b"before")
    out.seek(6)
    with parts.database.read() as connection:
        write_export(connection, wish(), out, lambda rows: None)
    assert out.getvalue() == b"before" + exported(parts.database, wish())[0]


def test_an_estimate_is_exact_in_rows(parts: Parts) -> None:
    for format in ExportFormat:
        for compression in Compression:
            wished = wish(format=format, mode=ExportMode.SPREADSHEET, compression=compression)
            if errors_of(wished):
                continue
            data, made = exported(parts.database, wished)
            with parts.database.read() as connection:
                guess = estimate(connection, wished)
            assert (guess.rows, guess.formats) == (made.rows, tuple(ExportFormat))
            assert len(data) / 6 < guess.bytes < len(data) * 6


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"filters": {"severity": "worst"}}, "filters.severity"),
        ({"filters": {"level": "1"}}, "filters.level"),
        ({"filters": {"user_id": "x"}}, "filters.user_id"),
        ({"filters": {"incident": "x"}}, "filters.incident"),
        ({"filters": {"rule_hash": "x"}}, "filters.rule_hash"),
        ({"filters": {"q": "a\0"}}, "filters.q"),
        ({"filters": {"q": ""}}, "filters.q"),
        ({"filters": {"q": "x" * 1_001}}, "filters.q"),
        ({"format": ExportFormat.XLSX, "compression": Compression.GZIP}, "compression"),
        ({"period": Span.ALL}, "period"),
        ({"period": Span.DAY, "from_ms": 1}, "period"),
        ({"from_ms": 2, "to_ms": 2}, "to"),
        ({"export_type": ExportType.METRICS, "from_ms": 1}, "to"),
        ({"export_type": ExportType.METRICS, "to_ms": 1}, "from"),
        ({"export_type": ExportType.METRICS, "from_ms": 0, "to_ms": NOW_MS}, "to"),
        ({"export_type": ExportType.WARNINGS, "period": Span.DAY}, "period"),
    ],
)
def test_what_cannot_be_exported(fields: dict[str, Any], field: str) -> None:
    assert list(errors_of(wish(**fields))) == [field]


def test_a_wish_with_errors_is_not_made(parts: Parts) -> None:
    wished = wish(filters={"severity": "worst"})
    with pytest.raises(ValueError, match="severity"):
        exported(parts.database, wished)
    with parts.database.read() as connection, pytest.raises(ValueError, match="severity"):
        estimate(connection, wished)


def test_too_many_rows_for_a_workbook() -> None:
    check_fits(ExportFormat.XLSX, MOST_XLSX_ROWS)
    check_fits(ExportFormat.CSV, MOST_XLSX_ROWS + 1)
    with pytest.raises(TooManyRowsError, match="csv"):
        check_fits(ExportFormat.XLSX, MOST_XLSX_ROWS + 1)
