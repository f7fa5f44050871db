"""How long exports are kept, and what goes earlier: erased, left over."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import orjson
import pytest
from sqlalchemy import select

from adapters.exports.folder import Part
from domain.export_life import (
    REMEMBERED_MS,
)
from domain.roles import Authenticated, Owner
from domain.windows import DAY_MS
from models.exports.history import ExportRecord
from models.work import long as stored
from services.container import Parts
from services.exports.asking import ask_export
from services.exports.retention import prune_exports
from services.exports.shown import exports_page, manifest_shown
from services.members.erasure import erase
from services.operations.upkeep import prune
from tests.parts import GUILD
from tests.services.exports.life import (
    CSV,
    WHO,
    ask_one,
    assert_whole,
    clock_of,
    files,
    make_parts,
    meanwhile,
    parts,
    row_of,
    run_due,
)

__all__ = ["make_parts", "parts"]  # fixtures


def test_erasing_a_member_deletes_files_and_has_what_runs_begin_anew(
    parts: Parts, monkeypatch: pytest.MonkeyPatch
) -> None:
    owner = Authenticated(GUILD, 1, Owner)
    done = ask_one(parts)
    run_due(parts)
    assert b",41," in assert_whole(parts, row_of(parts, done))
    running = ask_one(parts)
    meanwhile(monkeypatch, lambda: erase(parts, owner, 41))
    run_due(parts)
    gone, made = row_of(parts, done), row_of(parts, running)
    assert (gone.state, gone.error_code, gone.storage_key) == ("failed", "erased", None)
    assert (made.state, made.rows_done) == ("done", 40)
    assert b",41," not in assert_whole(parts, made)


def test_what_is_removed_under_its_process_is_made_anew(
    parts: Parts, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By an erasure that comes as the last bytes are written, and what was written goes at once."""
    keep = Part.keep
    left = [1]

    def late(part: Part) -> None:
        if left:
            left.pop()
            erase(parts, Authenticated(GUILD, 1, Owner), 41)
            assert files(parts) == []
        keep(part)

    monkeypatch.setattr(Part, "keep", late)
    id = ask_one(parts)
    run_due(parts)
    row = row_of(parts, id)
    assert (row.state, row.attempt, row.rows_done) == ("done", 1, 40)
    assert b",41," not in assert_whole(parts, row)


def test_an_erased_person_made_no_export(parts: Parts) -> None:
    about = {"user_id": "77"}
    row = ask_export(
        parts, Authenticated(GUILD, 77, WHO.role), uuid4(), CSV.__class__(
            export_type=CSV.export_type, format=CSV.format, filters=about
        ),
    )  # fmt: skip
    erase(parts, Authenticated(GUILD, 1, Owner), 77)
    after = row_of(parts, row.id)
    assert "77" not in (after.made_by.partition(":")[2], *orjson.loads(after.filters).values())


def test_an_export_about_an_erased_person_is_still_shown_and_made(parts: Parts) -> None:
    """It was asked for under their id, and is under their pseudonym since."""
    about = replace(CSV, filters={"user_id": "41"})
    over = ask_one(parts, about)
    run_due(parts)
    clock_of(parts).advance(30 * DAY_MS)
    prune(parts)
    waiting = ask_one(parts, about)
    erase(parts, Authenticated(GUILD, 1, Owner), 41)
    assert row_of(parts, over).state == "expired"
    assert len(exports_page(parts, WHO, limit=10).exports) == 2
    assert manifest_shown(parts, WHO, row_of(parts, over)).record_count == 40
    run_due(parts)
    made = row_of(parts, waiting)
    assert (made.state, made.rows_done) == ("done", 40)
    assert b",41," not in assert_whole(parts, made)


def test_after_thirty_days_the_file_goes_and_thirty_later_the_row(parts: Parts) -> None:
    id = ask_one(parts)
    run_due(parts)
    clock_of(parts).advance(30 * DAY_MS - 1)
    prune(parts)
    assert_whole(parts, row_of(parts, id))
    clock_of(parts).advance(1)
    prune(parts)
    row = row_of(parts, id)
    assert (row.state, row.storage_key, files(parts)) == ("expired", None, [])
    assert row.sha256 is not None
    clock_of(parts).advance(REMEMBERED_MS + 1)
    prune(parts)
    with parts.database.read() as connection:
        assert connection.execute(select(ExportRecord.id)).all() == []


def test_what_killed_processes_left_is_removed(parts: Parts) -> None:
    id = ask_one(parts)
    run_due(parts)
    row = row_of(parts, id)
    for name in (f"{uuid4().hex}.part", uuid4().hex, f"{row.storage_key}.part"):
        (parts.settings.export_dir / name).write_bytes(b"x")
    others = [parts.settings.export_dir / name for name in ("letter.txt", "notes.part", "0123")]
    for other in others:
        other.write_bytes(b"somebody else's")
    assert prune_exports(parts) == 3
    for other in others:
        other.unlink()
    assert_whole(parts, row)


def test_one_whose_work_is_gone_gets_it_back(parts: Parts) -> None:
    """As after a restore of some tables, or a fault of ours: nobody waits for ever."""
    id = ask_one(parts)
    with parts.database.write() as connection:
        stored.forget_queued(connection, GUILD, "export", str(id))
    assert run_due(parts) == 0
    prune_exports(parts)
    assert run_due(parts) == 1
    assert_whole(parts, row_of(parts, id))


def test_a_file_that_cannot_be_removed_is_removed_later(
    parts: Parts, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An erasure is done all the same: nothing names the file any more."""
    id = ask_one(parts)
    run_due(parts)
    folder = parts.settings.export_dir

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError("not ours")

    with monkeypatch.context() as patch:
        patch.setattr(Path, "unlink", refuse)
        erase(parts, Authenticated(GUILD, 1, Owner), 41)
    assert row_of(parts, id).error_code == "erased"
    assert len(list(folder.iterdir())) == 1
    assert prune_exports(parts) == 1
    assert files(parts) == []


def test_one_that_cannot_be_removed_keeps_no_other(parts: Parts) -> None:
    """A folder under the name of a file, as a backup program may leave: it cannot be unlinked."""
    ids = [ask_one(parts) for _ in range(3)]
    run_due(parts)
    folder = parts.settings.export_dir
    (key,) = {row_of(parts, ids[1]).storage_key}
    assert key is not None
    (folder / key).unlink()
    (folder / key).mkdir()
    erase(parts, Authenticated(GUILD, 1, Owner), 41)
    assert [entry.name for entry in folder.iterdir()] == [key]
    (folder / uuid4().hex).write_bytes(b"left")
    (folder / f"{uuid4().hex}.part").write_bytes(b"left")
    prune_exports(parts)
    assert [entry.name for entry in folder.iterdir()] == [key]
