"""The file a spool is in: its transactions, its errors in words, and its size."""

from __future__ import annotations

import logging
import os
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from modwatch_client.errors import ClientClosed, SpoolError, SpoolFull
from modwatch_client.spool_schema import open_spool

_log = logging.getLogger("modwatch")


class Entry(NamedTuple):
    """An event to be appended. It takes the place of what waits in the same `slot`."""

    guild_id: str
    id: str
    body: bytes
    slot: str | None = None
    due_ms: int = 0  # not handed out before this time


class Waiting(NamedTuple):
    seq: int
    guild_id: str
    id: str
    body: bytes


def now_ms() -> int:
    return time.time_ns() // 1_000_000


class SpoolFile:
    """The file at `path`. What is done to it raises SpoolError where the file cannot be used."""

    def __init__(self, path: Path, maximum_bytes: int) -> None:
        self.path, self._maximum_bytes = path, maximum_bytes
        self._lock = threading.RLock()
        self._closed, self._process = False, os.getpid()
        with self.explained("opened"):
            self._connection = open_spool(path)

    def execute(self, statement: str, *values: Any) -> sqlite3.Cursor:
        return self._connection.execute(statement, values)

    def execute_many(self, statement: str, rows: list[tuple[Any, ...]]) -> None:
        self._connection.executemany(statement, rows)

    def insert(self, entry: Entry) -> None:
        """Within a transaction; what is here already, by its id, stays."""
        if entry.slot is not None:
            self.execute("DELETE FROM events WHERE slot = ?", entry.slot)
        self.execute(
            "INSERT INTO events (guild_id, id, body, slot, due_ms) VALUES (?, ?, ?, ?, ?)"
            " ON CONFLICT DO NOTHING",
            *entry,
        )

    def refuse_too_much(self) -> None:
        """At the end of a transaction that inserted: SpoolFull takes all of it back."""
        size = self.execute("SELECT bytes FROM totals").fetchone()[0]
        if size > self._maximum_bytes:
            raise SpoolFull(f"the spool {self.path} is full: at most {self._maximum_bytes} bytes")

    def shrink(self) -> None:
        """Give free space back to the disk; it is used again anyway where that cannot be done."""
        with self._lock:
            try:
                # Not execute(): that stops at the first page.
                self._connection.executescript("PRAGMA incremental_vacuum")
            except sqlite3.Error as error:
                _log.info("the spool %s keeps its size for now: %s", self.path, error)

    def close(self) -> None:
        with self._lock:
            if not self._closed:
                self._closed = True
                self._connection.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        with self.explained("written"):
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._connection.execute("COMMIT")
            except BaseException:
                # A full disk ends the transaction by itself.
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise

    @contextmanager
    def explained(self, done: str) -> Iterator[None]:
        """Hold the lock, and say of an error which file it is about."""
        with self._lock:
            if self._closed:
                raise ClientClosed("the client is closed")
            if self._process != os.getpid():
                raise SpoolError("made before a fork: make a client in each process")
            try:
                yield
            except (sqlite3.Error, OSError) as error:
                text = f"the spool {self.path} cannot be {done}: {error}"
                raise SpoolError(text) from error
