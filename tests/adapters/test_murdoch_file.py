"""Opening the earlier bot's file: what is none is told in one line, and no file is changed."""

from __future__ import annotations

import multiprocessing
import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from hashlib import sha256
from multiprocessing.connection import Connection
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import cast

import pytest

from adapters import murdoch_file
from adapters.murdoch_file import LONGEST_TEXT_BYTES, MurdochFileError, open_murdoch_file
from tests.services.murdoch_files import make, make_loose, tidy, violation


def _problem(path: Path) -> str:
    with pytest.raises(MurdochFileError) as raised, open_murdoch_file(path):
        pass
    message = str(raised.value)
    assert message.startswith(str(path))
    assert "\n" not in message
    return message


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    assert "does not exist" in _problem(tmp_path / "no.db")
    assert not (tmp_path / "no.db").exists()


def test_what_is_no_file(tmp_path: Path) -> None:
    assert "is not a file" in _problem(tmp_path)
    assert "is not a file" in _problem(Path("/dev/null"))


@pytest.mark.parametrize("content", [b"hello " * 1000, bytes(range(256)) * 64])
def test_text_and_what_is_encrypted(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "text.db"
    path.write_bytes(content)
    assert "not an SQLite database" in _problem(path)
    assert path.read_bytes() == content


def test_a_file_cut_short(tmp_path: Path) -> None:
    path = make(tmp_path / "cut.db", violations=[violation(id=str(n)) for n in range(2000)])
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with pytest.raises(MurdochFileError, match="malformed"), open_murdoch_file(path) as file:
        list(file.rows("violations", ("reason",)))


def test_a_locked_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(murdoch_file, "BUSY_TIMEOUT_SECONDS", 0.05)
    path = tidy(tmp_path / "busy.db")
    with closing(sqlite3.connect(path, isolation_level=None)) as bot:
        bot.execute("BEGIN EXCLUSIVE")
        assert "another process has locked it" in _problem(path)


@pytest.mark.parametrize("mode", ["delete", "wal"])
def test_reading_changes_nothing(tmp_path: Path, mode: str) -> None:
    path = tidy(tmp_path / "what? a #1 name%20.db")
    with closing(sqlite3.connect(path)) as file:
        file.execute(f"PRAGMA journal_mode={mode}")
    before = sha256(path.read_bytes()).hexdigest()
    with open_murdoch_file(path) as file:
        assert file.count("violations") == len(list(file.rows("violations", ("id",)))) == 2
    assert sha256(path.read_bytes()).hexdigest() == before


def test_a_bot_that_runs_on_while_it_is_read(tmp_path: Path) -> None:
    path = tidy(tmp_path / "live.db")
    with closing(sqlite3.connect(path, isolation_level=None)) as bot:
        bot.execute("PRAGMA journal_mode=wal")
        bot.execute("DELETE FROM audit_log")
        with open_murdoch_file(path) as file:
            bot.execute("DELETE FROM violations")
            assert file.count("audit_log") == 0
            assert len(list(file.rows("violations", ("id",)))) == 2


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder in which other users of the system may read, and none may write."""
    with TemporaryDirectory(prefix="modwatch-") as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


def _read_by_another_user(path: Path) -> int | str:
    """How many violations a user counts who may not write to any of these folders."""
    fork = multiprocessing.get_context("fork")
    mine, its = fork.Pipe()
    child = fork.Process(target=_count_as_another_user, args=(path, its))
    child.start()
    its.close()
    try:
        return cast("int | str", mine.recv())
    finally:
        child.join()


def _count_as_another_user(path: Path, tell: Connection) -> None:
    """Within a process of its own."""
    if os.geteuid() == 0:
        os.setgroups([])
        os.setgid(65534)
        os.setuid(65534)
    try:
        with open_murdoch_file(path) as file:
            tell.send(file.count("violations"))
    except MurdochFileError as error:
        tell.send(str(error))


@contextmanager
def _bot_that_runs(path: Path, rows: int) -> Iterator[sqlite3.Connection]:
    """Its last `rows` violations are in its log and not yet in the file."""
    with closing(sqlite3.connect(path, isolation_level=None)) as bot:
        bot.execute("PRAGMA journal_mode=wal")
        bot.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        bot.execute("PRAGMA wal_autocheckpoint=0")
        for number in range(rows):
            bot.execute("INSERT INTO violations (id) VALUES (?)", (f"late {number}",))
        yield bot


def test_through_a_link_while_the_bot_writes(open_folder: Path) -> None:
    """By a user who may not write beside the link, nor beside the file."""
    here, elsewhere = open_folder / "here", open_folder / "elsewhere"
    here.mkdir()
    elsewhere.mkdir()
    path = tidy(elsewhere / "bot.db")
    (here / "link.db").symlink_to(path)
    (here / "deep.db").symlink_to("link.db")
    for folder in (here, elsewhere):
        folder.chmod(0o555)
    try:
        with _bot_that_runs(path, rows=5):
            names = (here / "link.db", here / "deep.db", path)
            assert [_read_by_another_user(name) for name in names] == [7] * 3
    finally:
        for folder in (here, elsewhere):
            folder.chmod(0o755)


def test_a_tidy_file_where_nothing_may_be_written(open_folder: Path) -> None:
    path = tidy(open_folder / "bot.db")
    with _bot_that_runs(path, rows=1):
        pass
    assert not Path(f"{path}-wal").exists()
    open_folder.chmod(0o555)
    try:
        assert _read_by_another_user(path) == 3
    finally:
        open_folder.chmod(0o755)


def test_written_to_while_its_bytes_are_copied(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, copied = tidy(tmp_path / "bot.db"), shutil.copyfile
    with _bot_that_runs(path, rows=1) as bot:

        def copy_and_write(*files: Path) -> None:
            copied(*files)
            bot.execute("DELETE FROM violations")

        monkeypatch.setattr(shutil, "copyfile", copy_and_write)
        with pytest.raises(MurdochFileError, match="is being written to"):
            murdoch_file._copy_files(path, tmp_path / "copy.db")


def test_columns_that_are_missing_are_null(tmp_path: Path) -> None:
    path = make_loose(tmp_path / "old.db", Violations=[{"ID": "a", "Guild_Id": 5}])
    with open_murdoch_file(path) as file:
        assert list(file.rows("violations", ("id", "user_id", "guild_id"))) == [(b"a", None, 5)]


def test_a_huge_text_is_read_in_part(tmp_path: Path) -> None:
    path = make(tmp_path / "huge.db", violations=[violation(reason="x" * 3_000_000)])
    with open_murdoch_file(path) as file:
        ((reason,),) = file.rows("violations", ("reason",))
    assert reason == b"x" * LONGEST_TEXT_BYTES
