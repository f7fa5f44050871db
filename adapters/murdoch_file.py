"""The SQLite database of the earlier bot, read as it is: nothing in it is trusted, nothing changed.

Text comes as bytes, because it need not be UTF-8; SQLite itself lets any value into any column.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

BUSY_TIMEOUT_SECONDS = 3.0
# Of a longer text only the beginning is read, so that no row fills the memory.
LONGEST_TEXT_BYTES = 100_000

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
    """Open `path` for one consistent reading. Raises MurdochFileError, also from inside the block.

    While it is open, a bot that still runs on the file may have to wait with its writes.
    """
    try:
        if not path.is_file():
            reason = "is not a file" if path.exists() else "does not exist"
            raise MurdochFileError(f"{path} {reason}")
        connection = sqlite3.connect(_address(path), uri=True, timeout=BUSY_TIMEOUT_SECONDS)
        try:
            connection.text_factory = bytes
            connection.isolation_level = None
            connection.execute("BEGIN")
            file = MurdochFile(connection, path)
            file.read_tables()
            yield file
        finally:
            connection.close()
    except sqlite3.DatabaseError as error:
        raise MurdochFileError(f"{path} cannot be read: {_reason(error)}") from None
    except PermissionError as error:
        raise MurdochFileError(f"{path} cannot be read: {error.strerror}") from None


def _address(path: Path) -> str:
    address = f"{path.resolve().as_uri()}?mode=ro"
    log = path.with_name(f"{path.name}-wal")
    if not os.access(path.parent, os.W_OK) and not log.exists():
        # SQLite would want to make its helper files; on a read-only disk nobody writes meanwhile.
        address += "&immutable=1"
    return address


def _reason(error: sqlite3.DatabaseError) -> str:
    text = str(error)
    if "locked" in text:
        return "another process has locked it; stop the earlier bot and try again"
    if "not a database" in text:
        return "it is not an SQLite database, or it is encrypted"
    return text


def _bounded(column: str) -> str:
    name = _quoted(column)
    long = f"length(CAST({name} AS BLOB)) > {LONGEST_TEXT_BYTES}"
    beginning = f"substr(CAST({name} AS BLOB), 1, {LONGEST_TEXT_BYTES})"
    return f"CASE WHEN {long} THEN {beginning} ELSE {name} END"


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
