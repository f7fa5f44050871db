"""An export in the middle of a long statement: whoever wants it to end is heard soon."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Event, Thread
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Connection, text

from domain.export_life import LOOK_AGAIN_MS, ExportState
from domain.long_work import LEASE_MS
from domain.roles import Authenticated, Owner
from models.work import long as stored
from services.container import Parts, build_parts
from services.exports import turn, watch
from services.exports.asking import take_back
from services.exports.making import write_export
from services.members.erasure import erase
from tests.parts import GUILD, Clock, settings_for, until
from tests.services.exports.life import (
    WHO,
    ask_one,
    assert_whole,
    files,
    fill,
    row_of,
    run_due,
    worker,
)

FOR_EVER = {
    "sqlite": "WITH RECURSIVE c(x) AS (VALUES (1) UNION ALL SELECT x + 1 FROM c)"
    " SELECT max(x) FROM c",
    "postgresql": "SELECT pg_sleep(3600)",
}


@pytest.fixture
def parts(database_url: str, tmp_path: Path) -> Iterator[Parts]:
    plain = database_url.replace("+psycopg", "")
    made = build_parts(settings_for(plain, tmp_path, LONG_PROCESSES="0"), Clock())
    fill(made)
    yield made
    made.close()


class Stuck:
    """The first making of a file never ends by itself; later ones are as always."""

    def __init__(self) -> None:
        self.began = Event()
        self.process_id: int | None = None  # of PostgreSQL

    def __call__(self, connection: Connection, *given: Any) -> Any:
        if self.began.is_set():
            return write_export(connection, *given)
        if connection.dialect.name == "postgresql":
            self.process_id = connection.scalar(text("SELECT pg_backend_pid()"))
        self.began.set()
        connection.execute(text(FOR_EVER[connection.dialect.name]))
        raise AssertionError("it ended")


@pytest.fixture
def stuck(monkeypatch: pytest.MonkeyPatch) -> Stuck:
    made = Stuck()
    monkeypatch.setattr(turn, "write_export", made)
    monkeypatch.setattr(watch, "EVERY_SECONDS", 0.2)  # SQLite is busy until then
    return made


def ended(parts: Parts, stuck: Stuck, happens: Callable[[Event], object]) -> UUID:
    """The export, once its process has ended after `happens`, which is given its stop."""
    id, stop = ask_one(parts), Event()
    running = Thread(target=worker(parts, stop).run_due)
    running.start()
    assert stuck.began.wait(60)
    happens(stop)
    running.join(60)
    assert not running.is_alive()
    return id


def test_it_is_cancelled(parts: Parts, stuck: Stuck) -> None:
    def cancel(_: Event) -> None:
        with parts.database.read() as connection:
            (piece,) = stored.newest(connection, 1)
        take_back(parts, WHO, UUID(piece.subject))

    id = ended(parts, stuck, cancel)
    assert row_of(parts, id).state is ExportState.CANCELLED
    assert files(parts) == []
    assert run_due(parts) == 0


def test_its_process_is_told_to_end(parts: Parts, stuck: Stuck) -> None:
    id = ended(parts, stuck, Event.set)
    row = row_of(parts, id)
    assert (row.state, row.error_code, files(parts)) == (ExportState.QUEUED, None, [])
    assert run_due(parts) == 1
    assert row_of(parts, id).attempt == 1  # nobody's fault
    assert_whole(parts, row_of(parts, id))


def test_a_member_is_erased(parts: Parts, stuck: Stuck) -> None:
    id = ended(parts, stuck, lambda _: erase(parts, Authenticated(GUILD, 1, Owner), 41))
    row = row_of(parts, id)
    assert (row.state, row.rows_done) == (ExportState.DONE, 40)
    assert b",41," not in assert_whole(parts, row)


def test_another_process_has_taken_it(parts: Parts, stuck: Stuck) -> None:
    """As when the first one hung for longer than its lease, and then goes on."""

    def take_over(_: Event) -> None:
        assert isinstance(parts.clock, Clock)
        parts.clock.advance(2 * LEASE_MS)
        assert run_due(parts) == 1

    id = ended(parts, stuck, take_over)
    row = row_of(parts, id)
    assert (row.state, row.attempt) == (ExportState.DONE, 2)
    assert_whole(parts, row)


def test_it_takes_too_long(parts: Parts, stuck: Stuck, monkeypatch: pytest.MonkeyPatch) -> None:
    """Half an hour, which is over at once here."""
    monkeypatch.setattr(watch, "MOST_SECONDS", 0)
    # Not before the statement has begun.
    monkeypatch.setattr(watch, "EVERY_SECONDS", 1.0)
    id = ended(parts, stuck, lambda _: None)
    row = row_of(parts, id)
    assert (row.state, row.error_code, files(parts)) == (ExportState.FAILED, "too_long", [])


def test_it_goes_on_when_the_database_is_back(
    postgres_url: str, tmp_path: Path, stuck: Stuck
) -> None:
    plain = postgres_url.replace("+psycopg", "")
    parts = build_parts(settings_for(plain, tmp_path, LONG_PROCESSES="0"), Clock())
    fill(parts)

    def cut(_: Event) -> None:
        with parts.database.write() as connection:
            kill = text("SELECT pg_terminate_backend(:id)")
            assert connection.scalar(kill, {"id": stuck.process_id})

    id = ended(parts, stuck, cut)
    row = row_of(parts, id)
    assert (row.state, row.error_code) == (ExportState.QUEUED, "database_away")
    assert isinstance(parts.clock, Clock)
    parts.clock.advance(LOOK_AGAIN_MS)
    assert run_due(parts) == 1
    assert_whole(parts, row_of(parts, id))
    parts.close()


def test_pages_hear_how_far_it_is(parts: Parts, monkeypatch: pytest.MonkeyPatch) -> None:
    may_end = Event()

    def half(connection: Connection, wish: Any, out: Any, on_rows: Any) -> Any:
        on_rows(20)
        assert may_end.wait(60)
        return write_export(connection, wish, out, on_rows)

    monkeypatch.setattr(turn, "write_export", half)
    id = ask_one(parts)
    running = Thread(target=run_due, args=(parts,))
    running.start()
    until(lambda: row_of(parts, id).rows_done == 20, 60, "its rows")
    with parts.database.read() as connection:
        said = "".join(connection.scalars(text("SELECT events FROM outbox")))
    may_end.set()
    running.join(60)
    assert '"status":"running","progress":50' in said
    assert row_of(parts, id).state is ExportState.DONE
