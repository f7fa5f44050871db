"""An export that is over while its rows come: that is no fault, and its connection is no loss."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from threading import Event, Thread
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Connection

from domain.export_life import ExportState
from domain.exports import ExportFormat
from models.exports import violation_lines
from models.work import long as stored
from services.container import Parts, build_parts
from services.exports import sink, turn, watch
from services.exports.asking import take_back
from services.exports.making import write_export
from services.exports.watch import Watch
from tests.parts import Clock, settings_for
from tests.services.exports.life import (
    CSV,
    WHO,
    ask_one,
    assert_whole,
    files,
    fill,
    make_parts,
    parts,
    row_of,
    run_due,
    worker,
)

__all__ = ["make_parts", "parts"]  # fixtures
SECONDS = 60


@pytest.fixture
def rows_come(monkeypatch: pytest.MonkeyPatch) -> Event:
    """Set once the first rows are there; more of them come only as long as nothing ends it."""
    came = Event()

    def held(connection: Any, wish: Any, out: Any, on_rows: Callable[[int], None]) -> Any:
        def hold(rows: int) -> None:
            came.set()
            end = time.monotonic() + SECONDS
            while time.monotonic() < end:
                on_rows(rows)
                time.sleep(0.01)

        return write_export(connection, wish, out, hold)

    monkeypatch.setattr(sink, "PIECE_ROWS", 7)
    monkeypatch.setattr(watch, "EVERY_SECONDS", 0.2)
    monkeypatch.setattr(turn, "write_export", held)
    return came


def ended(
    parts: Parts, rows_come: Event, format: ExportFormat, happens: Callable[[Event], object]
) -> UUID:
    """The export, once its process has ended after `happens`, which is given its stop."""
    id, stop = ask_one(parts, replace(CSV, format=format)), Event()
    running = Thread(target=worker(parts, stop).run_due)
    running.start()
    assert rows_come.wait(SECONDS)
    happens(stop)
    running.join(SECONDS)
    assert not running.is_alive()
    return id


@pytest.mark.parametrize("format", [ExportFormat.CSV, ExportFormat.XLSX])
def test_it_is_cancelled(parts: Parts, rows_come: Event, format: ExportFormat) -> None:
    def cancel(_: Event) -> None:
        with parts.database.read() as connection:
            (piece,) = stored.newest(connection, 1)
        take_back(parts, WHO, UUID(piece.subject))

    id = ended(parts, rows_come, format, cancel)
    row = row_of(parts, id)
    assert (row.state, row.attempt, files(parts)) == (ExportState.CANCELLED, 1, [])
    assert run_due(parts) == 0


def test_its_process_is_told_to_end(
    parts: Parts, rows_come: Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    id = ended(parts, rows_come, ExportFormat.CSV, Event.set)
    row = row_of(parts, id)
    assert (row.state, row.error_code, files(parts)) == (ExportState.QUEUED, None, [])
    monkeypatch.setattr(turn, "write_export", write_export)
    assert run_due(parts) == 1
    row = row_of(parts, id)
    assert (row.state, row.attempt) == (ExportState.DONE, 1)
    assert_whole(parts, row)


def test_its_read_may_be_the_first_to_end(
    sqlite_url: str, tmp_path: Path, rows_come: Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is interrupted between two rows: no fault either, and no attempt."""
    parts = build_parts(settings_for(sqlite_url, tmp_path, LONG_PROCESSES="0"), Clock())
    fill(parts)
    interrupted = Event()
    interrupt = Watch._interrupt

    def told(self: Watch) -> None:
        interrupt(self)
        interrupted.set()

    def deaf(connection: Any, wish: Any, out: Any, _: Callable[[int], None]) -> Any:
        def hold(rows: int) -> None:
            rows_come.set()
            assert interrupted.wait(SECONDS)

        return write_export(connection, wish, out, hold)

    monkeypatch.setattr(Watch, "_interrupt", told)
    monkeypatch.setattr(violation_lines, "FETCHED", 1)
    monkeypatch.setattr(turn, "write_export", deaf)
    id = ended(parts, rows_come, ExportFormat.CSV, Event.set)
    assert row_of(parts, id).state is ExportState.QUEUED
    monkeypatch.setattr(turn, "write_export", write_export)
    assert run_due(parts) == 1
    row = row_of(parts, id)
    assert (row.state, row.attempt) == (ExportState.DONE, 1)
    assert_whole(parts, row)
    parts.close()


def test_a_statement_that_the_database_ends_is_not_begun_again(
    postgres_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its timeout may come before our own look: the database is there, and would end it again."""
    parts = build_parts(settings_for(postgres_url, tmp_path, LONG_PROCESSES="0"), Clock())

    def too_slow(connection: Connection, *_: object) -> None:
        connection.exec_driver_sql("SET LOCAL statement_timeout = '1ms'")
        connection.exec_driver_sql("SELECT pg_sleep(60)")

    monkeypatch.setattr(turn, "write_export", too_slow)
    id = ask_one(parts)
    run_due(parts)
    row = row_of(parts, id)
    assert (row.state, row.error_code, files(parts)) == (ExportState.FAILED, "too_long", [])
    parts.close()
