"""The life of an export: made once and whole, told of, waited with, cancelled."""

from __future__ import annotations

from dataclasses import replace
from uuid import uuid4

import pytest

from adapters.exports import folder
from domain.export_life import (
    LOOK_AGAIN_MS,
    MOST_WAITING,
    PATIENCE_MS,
    ExportError,
    ExportState,
)
from domain.roles import Authenticated
from domain.windows import DAY_MS
from models.exports.history import newest_exports
from models.guilds.guild import lock_guilds
from models.work import long as stored
from services.container import Parts
from services.exports import turn
from services.exports.asking import (
    NoRoomError,
    TooManyWaitingError,
    ask_export,
    queue_export,
    take_back,
)
from services.exports.shown import storage_shown
from tests.counted import counted
from tests.parts import GUILD, OTHER_GUILD
from tests.services.exports.life import (
    CSV,
    WHO,
    MakeParts,
    ask_one,
    assert_whole,
    clock_of,
    files,
    fill,
    make_parts,
    notifications,
    parts,
    row_of,
    run_due,
    told,
)

__all__ = ["make_parts", "parts"]  # fixtures


def test_it_is_made_once_and_told_of_once(parts: Parts) -> None:
    id = ask_one(parts)
    assert row_of(parts, id).state is ExportState.QUEUED
    made, size = counted("exports_total", outcome="done"), counted("export_bytes_total")
    assert run_due(parts) == 1
    row = row_of(parts, id)
    assert counted("exports_total", outcome="done") == made + 1
    assert counted("export_bytes_total") == size + (row.size_bytes or 0) > size
    assert (row.state, row.rows_done, row.rows_estimated, row.attempt) == ("done", 40, 40, 1)
    assert (row.as_of_ms, row.ended_ms) == (parts.clock(), parts.clock())
    assert row.expires_ms == parts.clock() + 30 * DAY_MS
    assert len(assert_whole(parts, row).splitlines()) == 41
    assert told(parts) == [("queued", 0), ("running", 0), ("done", 100)]
    (notice,) = notifications(parts)
    assert notice[:2] == ("export_ready", "Export ready: violations")
    assert notice[2].startswith("40 rows as CSV, ")


def test_asked_for_again_under_one_id_it_is_one(parts: Parts) -> None:
    """As a request that is sent again after a crash."""
    id = uuid4()
    first, again = (ask_export(parts, WHO, id, CSV) for _ in range(2))
    assert first == again
    assert run_due(parts) == 1
    assert ask_export(parts, WHO, id, CSV).state is ExportState.DONE


def test_a_piece_that_comes_again_changes_nothing(parts: Parts) -> None:
    """Its process was killed between the end of the export and that of the work."""
    id = ask_one(parts)
    run_due(parts)
    before = row_of(parts, id)
    with parts.database.write() as connection:
        assert stored.ask(connection, GUILD, "export", str(id), parts.clock())
    assert run_due(parts) == 1
    assert row_of(parts, id) == before
    assert len(notifications(parts)) == 1
    assert_whole(parts, before)


def test_what_needs_room_waits_for_it_and_goes_on(
    parts: Parts, monkeypatch: pytest.MonkeyPatch
) -> None:
    id = ask_one(parts)
    # As a disk looks whose last bytes are kept for others; a really full one: tests/faults.
    monkeypatch.setattr(folder, "reserved_bytes", lambda disk: disk)
    for _ in range(5):
        assert run_due(parts) == 0
        row = row_of(parts, id)
        assert (row.state, row.error_code, row.attempt) == ("queued", "disk_full", 1)
        assert files(parts) == []
        clock_of(parts).advance(LOOK_AGAIN_MS)
    monkeypatch.undo()
    assert run_due(parts) == 1
    assert_whole(parts, row_of(parts, id))
    assert row_of(parts, id).error_code is None


def test_after_a_day_nobody_waits_any_more(parts: Parts, monkeypatch: pytest.MonkeyPatch) -> None:
    id = ask_one(parts)
    monkeypatch.setattr(folder, "reserved_bytes", lambda disk: disk)
    clock_of(parts).advance(PATIENCE_MS + 1)
    run_due(parts)
    row = row_of(parts, id)
    assert (row.state, row.error_code, row.ended_ms) == ("failed", "disk_full", parts.clock())
    assert told(parts)[-1] == ("failed", 0)
    words = "The disk for exports is full."
    assert notifications(parts) == [("export_ready", "Export failed: violations", words)]


def test_what_fails_is_tried_three_times(parts: Parts, monkeypatch: pytest.MonkeyPatch) -> None:
    id = ask_one(parts)

    def fails(*_: object) -> None:
        raise ValueError("a fault of ours")

    monkeypatch.setattr(turn, "write_export", fails)
    for attempt in (1, 2, 3):
        assert row_of(parts, id).state is ExportState.QUEUED
        run_due(parts)
        assert row_of(parts, id).attempt == attempt
        clock_of(parts).advance(10 * 60_000)
    row = row_of(parts, id)
    assert (row.state, row.error_code, files(parts)) == ("failed", "internal", [])
    assert [title for _, title, _ in notifications(parts)] == ["Export failed: violations"]


def test_what_kills_every_process_is_given_up(parts: Parts) -> None:
    id = ask_one(parts)
    for _ in range(3):
        with parts.database.write() as connection:
            now_ms = parts.clock()
            assert stored.claim_next(connection, now_ms, now_ms + 900)
        clock_of(parts).advance(120_000)
    assert run_due(parts) == 0
    row = row_of(parts, id)
    assert (row.state, row.error_code) == ("failed", ExportError.LEASE_LOST)


def test_twenty_of_a_guild_may_wait(parts: Parts) -> None:
    for _ in range(MOST_WAITING):
        ask_one(parts)
    with pytest.raises(TooManyWaitingError):
        ask_one(parts)
    ask_one(parts, who=Authenticated(OTHER_GUILD, 1, WHO.role))
    assert run_due(parts) == MOST_WAITING + 1
    ask_one(parts)


def test_files_of_reports_wait_beside_those_twenty(parts: Parts) -> None:
    """Neither is refused because of the other: nobody asks again for a report's."""
    row = row_of(parts, ask_one(parts))
    with parts.database.write() as connection:
        guilds = lock_guilds(connection, [GUILD])
        for _ in range(MOST_WAITING):
            ids = {name: uuid4() for name in ("id", "schedule_id", "occurrence_id")}
            queue_export(connection, guilds, replace(row, **ids))  # type: ignore[arg-type]
    for _ in range(MOST_WAITING - 1):
        ask_one(parts)
    with pytest.raises(TooManyWaitingError):
        ask_one(parts)
    storage = storage_shown(parts, WHO)
    assert (storage.queued, storage.queued_for_reports) == (MOST_WAITING, MOST_WAITING)
    assert run_due(parts) == 2 * MOST_WAITING


def test_a_guild_has_only_so_much_room(make_parts: MakeParts) -> None:
    parts = make_parts(EXPORT_MAX_BYTES="8000")
    fill(parts)
    first = ask_one(parts)
    clock_of(parts).advance(1)
    second = ask_one(parts)
    refused = counted("exports_total", outcome="quota")
    run_due(parts)
    assert counted("exports_total", outcome="quota") == refused + 1
    size = row_of(parts, first).size_bytes
    assert 4000 < size < 8000
    row = row_of(parts, second)
    assert (row.state, row.error_code) == ("failed", "quota")
    assert_whole(parts, row_of(parts, first))
    full = make_parts(EXPORT_MAX_BYTES=str(size))
    with pytest.raises(NoRoomError):
        ask_one(full)
    take_back(full, WHO, first)
    ask_one(full)


def test_one_that_waits_is_cancelled_and_one_that_is_done_is_deleted(parts: Parts) -> None:
    id, before = ask_one(parts), counted("exports_total", outcome="cancelled")
    assert take_back(parts, WHO, id) is ExportState.CANCELLED
    assert counted("exports_total", outcome="cancelled") == before + 1
    assert run_due(parts) == 0
    row = row_of(parts, id)
    assert (row.state, row.error_code) == ("cancelled", "cancelled")
    done = ask_one(parts)
    run_due(parts)
    take_back(parts, WHO, done)
    take_back(parts, WHO, id)
    with parts.database.read() as connection:
        assert newest_exports(connection, GUILD, 10) == []
    assert files(parts) == []
    with pytest.raises(LookupError):
        take_back(parts, WHO, id)
