"""Opening the earlier bot's file: what is none is told in one line, and no file is changed."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from hashlib import sha256
from pathlib import Path

import pytest

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


def test_a_locked_file(tmp_path: Path) -> None:
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


def test_columns_that_are_missing_are_null(tmp_path: Path) -> None:
    path = make_loose(tmp_path / "old.db", Violations=[{"ID": "a", "Guild_Id": 5}])
    with open_murdoch_file(path) as file:
        assert list(file.rows("violations", ("id", "user_id", "guild_id"))) == [(b"a", None, 5)]


def test_a_huge_text_is_read_in_part(tmp_path: Path) -> None:
    path = make(tmp_path / "huge.db", violations=[violation(reason="x" * 3_000_000)])
    with open_murdoch_file(path) as file:
        ((reason,),) = file.rows("violations", ("reason",))
    assert reason == b"x" * LONGEST_TEXT_BYTES
