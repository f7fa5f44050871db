"""The SQLite database of the earlier bot: nothing in it is trusted, nothing changed.

What is read is a copy of it at one moment, so that a bot that still writes is neither in the way
nor half seen.

Text comes as bytes, because it need not be UTF-8; SQLite itself lets any value into any column.
"""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory, gettempdir

BUSY_TIMEOUT_SECONDS = 3.0
# Of a longer text only the beginning is read, so that no row fills the memory.
LONGEST_TEXT_BYTES = 100_000

# Of SQLite's errors those of a log that needs files beside the database, which cannot be made.
_NEEDS_HELPER_FILES = (sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY)

Value = int | float | bytes | None


class MurdochFileError(Exception):
    """The file cannot be read; the message is one line that names it."""


class MurdochFile:
    """An open file; `columns` gives the columns of each of its tables, in lower case."""

    def __init__(self, connection: sqlite3.Connection, path: Path) -> None:
        self._connection, self.path = connection, path
        self.columns: dict[str, frozenset[str]] = {}

    def count(self, table: str) -> int:
        (rows,) = self._connection.execute(f"SELECT count(*) FROM {_quoted(table)}").fetchone()
        return int(rows)

    def rows(self, table: str, wanted: Sequence[str]) -> Iterator[tuple[Value, ...]]:
        """Values of the columns `wanted`, in their order; None for a column that is not there."""
        have = self.columns[table]
        values = ", ".join(_bounded(name) if name in have else "NULL" for name in wanted)
        return self._connection.execute(f"SELECT {values} FROM {_quoted(table)}")

    def read_tables(self) -> None:
        tables = self._connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        for (name,) in tables.fetchall():
            table = name.decode(errors="replace")
            about = self._connection.execute(f"PRAGMA table_info({_quoted(table)})")
            columns = (row[1].decode(errors="replace").lower() for row in about)
            self.columns[table.lower()] = frozenset(columns)


@contextmanager
def open_murdoch_file(path: Path) -> Iterator[MurdochFile]:
    """Open a copy of `path` as it is now. Raises MurdochFileError, also from inside the block.

    The copy lies in the folder for temporary files (TMPDIR) and goes with the block. A bot that
    still runs on the file may have to wait with its writes while the copy is made.
    """
    try:
        if not path.is_file():
            reason = "is not a file" if path.exists() else "does not exist"
            raise MurdochFileError(f"{path} {reason}")
        with TemporaryDirectory(prefix="modwatch-import-") as folder:
            copy = Path(folder) / "copy.db"
            _copy(path.resolve(), copy)
            with closing(sqlite3.connect(copy, isolation_level=None)) as connection:
                connection.text_factory = bytes
                file = MurdochFile(connection, path)
                file.read_tables()
                yield file
    except sqlite3.DatabaseError as error:
        raise MurdochFileError(f"{path} cannot be read: {_reason(error)}") from None
    except OSError as error:
        raise MurdochFileError(f"{path} cannot be read: {error.strerror or error}") from None


def _copy(path: Path, copy: Path) -> None:
    """One consistent view of the file at `path`, which is no link, and of its journal."""
    address = f"{path.as_uri()}?mode=ro"
    try:
        with (
            closing(
                sqlite3.connect(
                    address, uri=True, timeout=BUSY_TIMEOUT_SECONDS, isolation_level=None
                )
            ) as file,
            closing(sqlite3.connect(copy)) as made,
        ):
            # The view is that of this first reading; the backup waits for nothing after it.
            file.execute("BEGIN")
            file.execute("SELECT count(*) FROM sqlite_master").fetchone()
            file.backup(made)
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode & 0xFF not in _NEEDS_HELPER_FILES:
            raise
        copy.unlink(missing_ok=True)
        _copy_files(path, copy)


def _copy_files(path: Path, copy: Path) -> None:
    """Where SQLite may not make its helper files beside the file, say on a read-only disk.

    Its bytes and those of its journal are good when nobody wrote to either meanwhile.
    """
    files = {path: copy} | {
        path.with_name(path.name + suffix): copy.with_name(copy.name + suffix)
        for suffix in ("-wal", "-journal")
    }
    before = [_look_of(file) for file in files]
    for file, made in files.items():
        if file.exists():
            shutil.copyfile(file, made)
    if [_look_of(file) for file in files] != before:
        raise MurdochFileError(
            f"{path} is being written to, in a folder where SQLite cannot make its helper files:"
            " stop the earlier bot, or run this as a user who may write to that folder"
        )


def _look_of(file: Path) -> tuple[int, ...] | None:
    try:
        found = file.stat()
    except FileNotFoundError:
        return None
    return found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns


def _reason(error: sqlite3.DatabaseError) -> str:
    text = str(error)
    if "locked" in text:
        return "another process has locked it; stop the earlier bot and try again"
    if "not a database" in text:
        return "it is not an SQLite database, or it is encrypted"
    if "full" in text:
        return f"there is no room for a copy of it in {gettempdir()} (TMPDIR)"
    return text


def _bounded(column: str) -> str:
    name = _quoted(column)
    long = f"length(CAST({name} AS BLOB)) > {LONGEST_TEXT_BYTES}"
    beginning = f"substr(CAST({name} AS BLOB), 1, {LONGEST_TEXT_BYTES})"
    return f"CASE WHEN {long} THEN {beginning} ELSE {name} END"


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
