"""Copies of SQLite: beside a busy writer, damaged, rehearsed, put back."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from itertools import count
from pathlib import Path
from threading import Event

import pytest
from sqlalchemy import text

from adapters.backups.sqlite import SqliteBackups
from domain.backups import BackupError, stamp
from models.incarnation import incarnation_name
from models.rollups.recounts import RECOUNTS
from services.backups.keeper import ask_due
from services.backups.rehearsing import rehearse
from services.backups.restoring import restore_sqlite
from services.container import Parts
from services.operations.rollups import verify
from services.work.kinds import long_worker
from services.work.lease import StopWorkError
from tests.command_line import CommandHere
from tests.parts import NOW_MS, Web, make_web, settings_for
from tests.services.copies import bring, kept_of


@pytest.fixture
def web(sqlite_url: str, tmp_path: Path) -> Iterator[Web]:
    made = make_web(settings_for(sqlite_url, tmp_path, BACKUP_DIR=str(tmp_path / "backups")))
    yield made
    made.parts.close()


def stored(parts: Parts) -> int:
    with parts.database.read() as connection:
        return int(connection.scalar(text("SELECT count(*) FROM violations")) or 0)


def test_copies_beside_a_busy_writer_are_whole(web: Web) -> None:
    parts, kept, ended = web.parts, kept_of(web), Event()

    def write() -> int:
        count = 0
        while not ended.is_set():
            bring(parts)
            count += 1
        return count

    with ThreadPoolExecutor(1) as pool:
        writing = pool.submit(write)
        try:
            for _ in range(5):
                web.clock.advance(3_600_000)
                kept.create(parts.clock())
        finally:
            ended.set()
        assert writing.result() == stored(parts)
    assert len(kept.listed()) == 5
    assert kept.verify(None) == []
    assert rehearse(parts.settings, parts.clock()).guilds == 1
    # Nothing is left of what was put back beside it, nor of any attempt.
    assert not list(parts.settings.data_dir.glob("rehearsal-*"))
    assert len(list(kept.database.parent.joinpath("backups").iterdir())) == 10


def test_a_flipped_byte_is_found(web: Web) -> None:
    kept = kept_of(web)
    bring(web.parts)
    made = kept.create(web.clock())
    file = web.parts.settings.data_dir / "backups" / f"{made.name}.db"
    body = bytearray(file.read_bytes())
    body[len(body) // 2] ^= 1
    file.write_bytes(body)
    (fault,) = kept.verify(None)
    assert made.name in fault
    with pytest.raises(BackupError, match="SHA-256"):
        rehearse(web.parts.settings, web.clock())
    with pytest.raises(BackupError, match="SHA-256"):
        restore_sqlite(web.parts, kept, made.name)
    assert stored(web.parts) == 1


def test_rollups_that_differ_in_the_copy_are_found(web: Web) -> None:
    bring(web.parts, 3)
    with web.parts.database.write() as connection:
        connection.execute(text("DELETE FROM violations WHERE rowid = 1"))
    kept_of(web).create(web.clock())
    with pytest.raises(BackupError, match="not what its own events say"):
        rehearse(web.parts.settings, web.clock())


def test_a_rehearsal_ends_while_it_counts(web: Web) -> None:
    """Where its work is another's by now, or its process was told to end."""
    bring(web.parts)
    kept_of(web).create(web.clock())
    asked = count()
    rehearse(web.parts.settings, web.clock(), check=lambda: next(asked))
    times = next(asked)
    assert times >= len(RECOUNTS)
    again = count(1)

    def check() -> None:
        if next(again) == times:
            raise StopWorkError

    with pytest.raises(StopWorkError):
        rehearse(web.parts.settings, web.clock(), check=check)
    assert not list(web.parts.settings.data_dir.glob("rehearsal-*"))


def test_put_back_while_everything_runs(web: Web) -> None:
    parts, kept = web.parts, kept_of(web)
    bring(parts, 3)
    first = parts.incarnation.name()
    made = kept.create(web.clock())
    web.clock.advance(60_000)
    bring(parts, 2)
    with parts.database.read():  # somebody is in the middle of a read
        done = restore_sqlite(parts, kept, made.name)
    assert stored(parts) == 3
    assert verify(parts.database, None, web.clock()) == []
    with parts.database.read() as connection:
        assert incarnation_name(connection) not in (None, first)
        said = connection.execute(text("SELECT action, details FROM audit_log")).all()
    assert [tuple(row) for row in said] == [("database.restored", '{"deliveries_cancelled":0}')]
    # What was there can be had back as well.
    assert done.before is not None
    web.clock.advance(1_000)
    restore_sqlite(parts, kept, done.before)
    assert stored(parts) == 5
    bring(parts)
    assert stored(parts) == 6


def test_put_back_where_the_file_is_no_database_any_more(web: Web) -> None:
    kept = kept_of(web)
    bring(web.parts, 3)
    made = kept.create(web.clock())
    web.parts.database.close()
    for path in kept.database.parent.glob(f"{kept.database.name}-*"):
        path.unlink()
    kept.database.write_bytes(b"lost" * 10_000)
    done = restore_sqlite(web.parts, kept, made.name)
    assert done.before is None
    assert stored(web.parts) == 3
    assert kept.database.with_name(f"{kept.database.name}.damaged").exists()


def test_what_was_there_is_kept_whatever_is_made_since(web: Web) -> None:
    """Beat has one made a moment later, since the database knows of none as new as the restore."""
    parts, kept = web.parts, kept_of(web)
    bring(parts, 3)
    made = kept.create(web.clock())
    web.clock.advance(60_000)
    bring(parts, 2)
    done = restore_sqlite(parts, kept, made.name)
    web.clock.advance(30_000)
    ask_due(parts)
    assert long_worker(parts, Event()).run_due() == 1
    assert done.before in [one.name for one in kept.listed()]
    assert rehearse(parts.settings, web.clock()).guilds == 1
    restore_sqlite(parts, kept, done.before or "")
    assert stored(parts) == 5
    web.clock.advance(31 * 86_400_000)
    made = kept.create(web.clock())
    assert [one.name for one in kept.listed()] == [made.name]


def test_nothing_is_put_back_where_what_is_there_cannot_be_kept(web: Web) -> None:
    kept, folder = kept_of(web), web.parts.settings.data_dir / "backups"
    bring(web.parts, 3)
    made = kept.create(web.clock())
    web.clock.advance(60_000)
    bring(web.parts, 2)
    in_the_way = folder / f"modwatch-{stamp(web.clock())}-before.db.sha256"
    in_the_way.touch()
    with pytest.raises(BackupError, match="nothing was changed"):
        restore_sqlite(web.parts, kept, made.name)
    assert stored(web.parts) == 5
    in_the_way.unlink()
    restore_sqlite(web.parts, kept, made.name)
    assert stored(web.parts) == 3


def test_copies_are_for_their_owner_alone(web: Web) -> None:
    """Made by hand, where no unit says so."""
    bring(web.parts)
    before = os.umask(0o022)
    try:
        made = kept_of(web).create(web.clock())
    finally:
        os.umask(before)
    folder = web.parts.settings.data_dir / "backups"
    assert (folder / f"{made.name}.db").stat().st_mode & 0o777 == 0o600
    assert folder.stat().st_mode & 0o777 == 0o700


def test_what_cannot_be_done_says_so(web: Web, tmp_path: Path) -> None:
    kept = SqliteBackups(f"sqlite:///{kept_of(web).database}", tmp_path / "file" / "x", 30)
    (tmp_path / "file").touch()
    with pytest.raises(BackupError, match="could not be copied"):
        kept.create(NOW_MS)
    with pytest.raises(BackupError, match="there is no backup"):
        rehearse(web.parts.settings, web.clock())
    for name in ("../secret_key", "modwatch-../../x", "other"):
        with pytest.raises(BackupError, match="not the name of a backup"):
            kept_of(web).verify(name)
    assert kept_of(web).verify("modwatch-20260101T000000Z") != []


def test_what_a_killed_process_left_goes_and_a_second_of_the_same_second_is_refused(
    web: Web,
) -> None:
    kept, folder = kept_of(web), web.parts.settings.data_dir / "backups"
    bring(web.parts)
    data = web.parts.settings.data_dir
    for name in ("rehearsal-old", "restore-old"):
        (data / name).mkdir()
    folder.mkdir()
    left, fresh = folder / "modwatch-a.db.7.part", folder / "modwatch-b.db.8.part"
    for path in (left, fresh):
        path.touch()
    for path in (left, data / "rehearsal-old", data / "restore-old"):
        os.utime(path, (1, 1))
    made = kept.create(web.clock())
    assert (left.exists(), fresh.exists()) == (False, True)
    with pytest.raises(BackupError, match="File exists"):
        kept.create(web.clock())
    assert kept.verify(None) == []
    rehearse(web.parts.settings, web.clock())
    assert not list(data.glob("rehearsal-*"))
    restore_sqlite(web.parts, kept, made.name)
    assert not list(data.glob("restore-*"))


def test_commands(sqlite_url: str, tmp_path: Path) -> None:
    line = CommandHere(sqlite_url, tmp_path)
    failed = line.run("backup", "create")
    assert (failed.returncode, "MODWATCH_BACKUP_DIR" in failed.stderr) == (3, True)
    line.environment["MODWATCH_BACKUP_DIR"] = str(tmp_path / "backups")
    made = line.run("backup", "create")
    name = made.stdout.strip()
    assert made.returncode == 0
    assert name in line.run("backup", "list").stdout
    assert line.run("backup", "verify").returncode == 0
    assert line.run("backup", "rehearse").returncode == 0
    assert line.run("backup", "restore", "--yes").returncode == 3
    assert line.run("backup", "restore", name, stdin=b"n\n").returncode != 0
    assert line.run("backup", "restore", f"{name}.db", "--yes").returncode == 0
    assert line.run("backup", "settle").returncode == 0
    assert line.run("backup", "create", "--later").stdout == "queued\n"
    (tmp_path / "backups" / f"{name}.db").write_bytes(b"")
    damaged = line.run("backup", "verify", name)
    assert (damaged.returncode, name in damaged.stdout) == (1, True)
    with closing(sqlite3.connect(sqlite_url.removeprefix("sqlite:///"))) as connection:
        assert connection.execute("PRAGMA quick_check").fetchone() == ("ok",)
