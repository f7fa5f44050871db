"""An export whose process loses its turn: cancelled, overtaken, or told to end."""

from __future__ import annotations

import pytest

from adapters.process.slots import Slots
from domain.export_life import ExportState
from domain.long_work import LEASE_MS
from models.exports.history import newest_exports
from models.work import long as stored
from services.container import Parts
from services.exports import turn
from services.exports.asking import take_back
from services.work.kinds import REBUILD
from services.work.lease import Lease
from tests.parts import GUILD, OTHER_GUILD
from tests.services.exports.life import (
    WHO,
    ask_one,
    assert_whole,
    clock_of,
    files,
    make_parts,
    meanwhile,
    notifications,
    parts,
    row_of,
    run_due,
    worker,
)

__all__ = ["make_parts", "parts"]  # fixtures


def test_one_that_is_cancelled_while_it_runs_leaves_nothing(
    parts: Parts, monkeypatch: pytest.MonkeyPatch
) -> None:
    id = ask_one(parts)
    meanwhile(monkeypatch, lambda: take_back(parts, WHO, id))
    run_due(parts)
    assert row_of(parts, id).state is ExportState.CANCELLED
    assert (files(parts), notifications(parts)) == ([], [])


def test_one_that_is_cancelled_and_deleted_while_it_runs_leaves_nothing(
    parts: Parts, monkeypatch: pytest.MonkeyPatch
) -> None:
    id = ask_one(parts)
    meanwhile(monkeypatch, lambda: [take_back(parts, WHO, id) for _ in range(2)])
    run_due(parts)
    with parts.database.read() as connection:
        assert newest_exports(connection, GUILD, 10) == []
    assert files(parts) == []


def test_only_so_many_are_made_on_one_host(parts: Parts) -> None:
    id = ask_one(parts)
    with parts.database.write() as connection:
        assert stored.ask(connection, OTHER_GUILD, REBUILD, "", parts.clock())
    places = Slots(parts.settings.data_dir / "export-slots", parts.settings.export_processes)
    taken = [places.take() for _ in range(2)]
    assert None not in taken
    assert places.take() is None
    assert run_due(parts) == 1  # other long work is none of it
    assert row_of(parts, id).state is ExportState.QUEUED
    for slot in taken:
        assert slot is not None
        slot.leave()
    assert run_due(parts) == 1
    assert_whole(parts, row_of(parts, id))
    assert [place is None for place in (places.take(), places.take())] == [False, False]


def test_no_process_is_started_for_what_waits_for_another(parts: Parts) -> None:
    """Of a server one piece is under way: what waits behind it is nothing to do yet."""
    for _ in range(2):
        ask_one(parts)
    now_ms = parts.clock()

    def is_due() -> bool:
        with parts.database.read() as connection:
            return stored.is_due(connection, now_ms, now_ms + LEASE_MS)

    assert is_due()
    with parts.database.write() as connection:
        piece = stored.claim_next(connection, now_ms, now_ms + LEASE_MS)
    assert not is_due()
    with parts.database.write() as connection:
        assert piece is not None
        stored.give_back(connection, piece, now_ms)
    assert is_due()


def test_who_lost_its_turn_changes_nothing(parts: Parts, monkeypatch: pytest.MonkeyPatch) -> None:
    """A process that stood still comes back when another has made the file."""
    id = ask_one(parts)

    def another_makes_it() -> None:
        clock_of(parts).advance(120_000)
        assert run_due(parts) == 1

    meanwhile(monkeypatch, another_makes_it)
    assert run_due(parts) == 0
    row = row_of(parts, id)
    assert (row.state, row.attempt) == ("done", 2)
    assert_whole(parts, row)
    assert len(notifications(parts)) == 1


def test_a_stopped_process_gives_it_back(parts: Parts, monkeypatch: pytest.MonkeyPatch) -> None:
    id = ask_one(parts)
    one = worker(parts)
    make = turn.make_export

    def stopped(of: Parts, lease: Lease) -> None:
        one.stop.set()
        make(of, lease)

    monkeypatch.setitem(one.handlers, "export", lambda lease: stopped(parts, lease))
    one.run_due()
    # Small as it is, it was done before anybody looked; the work is given back and finds it done.
    assert run_due(parts) == 1
    assert_whole(parts, row_of(parts, id))
