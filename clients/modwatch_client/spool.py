"""Events on disk until the server has them: one SQLite file, safe for several processes at once.

SQLite, since it is in the standard library and has what a journal of our own would have to prove:
a transaction is there as a whole or not at all whatever kills the process or cuts the power, and
two processes may write in turn. An event is in the file before `append` returns, and leaves it in
`settle`, which is called when the server said that it has committed it.
"""

from __future__ import annotations

import json
import os
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from modwatch_client.errors import ClientClosed, SpoolError, SpoolFull
from modwatch_client.spool_schema import open_spool

MINUTE_MS = 60_000
# Longer than that nothing is held back, so that a clock set back costs no more.
LONGEST_HOLD_MS = 60_000


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


@dataclass(frozen=True)
class DeadLetter:
    """An event the server refused, and why: field -> messages."""

    seq: int
    guild_id: str
    id: str
    event: dict[str, Any]
    errors: dict[str, Any]
    rejected_ms: int


class Minute(NamedTuple):
    """Messages counted in one guild and minute."""

    messages: int
    response_time_ms_sum: int = 0
    response_time_count: int = 0


# From a guild, an epoch minute and what was counted in it to the events that say so.
MakeEntries = Callable[[str, int, Minute], list[Entry]]


def now_ms() -> int:
    return time.time_ns() // 1_000_000


class Spool:
    """The file at `path`. Every method raises SpoolError where the file cannot be used."""

    def __init__(
        self,
        path: Path,
        *,
        maximum_bytes: int = 256 * 1024 * 1024,
        maximum_dead_letters: int = 10_000,
    ) -> None:
        self.path, self.maximum_bytes = path, maximum_bytes
        self.maximum_dead_letters = maximum_dead_letters
        self._lock = threading.RLock()
        self._closed, self._process = False, os.getpid()
        with self._explained("opened"):
            self._connection = open_spool(path)

    def append(self, entries: Sequence[Entry]) -> int:
        """Keep all of `entries`, or none: SpoolFull. What is here already (by id) stays.

        Returns the number of the last event in the spool.
        """
        with self._transaction():
            for entry in entries:
                if entry.slot is not None:
                    self._execute("DELETE FROM events WHERE slot = ?", entry.slot)
                self._insert(entry)
            self._refuse_too_much()
            return self._last_seq()

    def head(self, limit: int, maximum_bytes: int) -> list[Waiting]:
        """The oldest events that are due, in order; at least one where there is any."""
        found: list[Waiting] = []
        size = 0
        with self._explained("read"):
            now = now_ms()
            rows = self._execute(
                "SELECT seq, guild_id, id, body FROM events"
                " WHERE due_ms <= ? OR due_ms > ? ORDER BY seq LIMIT ?",
                *(now, now + LONGEST_HOLD_MS, limit),
            )
            for row in rows:
                size += len(row[3]) + 1
                if found and size > maximum_bytes:
                    break
                found.append(Waiting(*row))
            rows.close()
        return found

    def settle(self, batch: Sequence[Waiting], rejected: Mapping[int, Any]) -> list[DeadLetter]:
        """Let go of a batch that was answered; `rejected` (place -> errors) become dead letters."""
        with self._transaction():
            self._connection.executemany(
                "DELETE FROM events WHERE seq = ?", [(one.seq,) for one in batch]
            )
            letters = [self._bury(batch[place], rejected[place]) for place in sorted(rejected)]
            self._execute(
                "DELETE FROM dead_letters WHERE seq <= (SELECT max(seq) FROM dead_letters) - ?",
                self.maximum_dead_letters,
            )
        if self.waiting()[0] == 0:
            with self._explained("shrunk"):
                # Not execute(): that stops at the first page.
                self._connection.executescript("PRAGMA incremental_vacuum")
        return letters

    def withdraw(self, slot: str) -> bool:
        """Forget what waits in `slot`; whether anything did."""
        with self._transaction():
            return self._execute("DELETE FROM events WHERE slot = ?", slot).rowcount > 0

    def release(self) -> int:
        """Make what is held back due at once; the number of the last event in the spool."""
        with self._transaction():
            self._execute("UPDATE events SET due_ms = 0 WHERE due_ms > 0")
            return self._last_seq()

    def waiting(self) -> tuple[int, int]:
        """How many events wait, and their bytes."""
        with self._explained("read"):
            row = self._connection.execute("SELECT events, bytes FROM totals").fetchone()
            return int(row[0]), int(row[1])

    def waiting_until(self, seq: int) -> int:
        """How many events wait up to the one with that number."""
        with self._explained("read"):
            row = self._execute("SELECT count(*) FROM events WHERE seq <= ?", seq).fetchone()
            return int(row[0])

    def next_due_ms(self) -> int | None:
        """When the first event that is held back becomes due; None where none is."""
        with self._explained("read"):
            row = self._connection.execute("SELECT min(due_ms) FROM events WHERE due_ms > 0")
            return None if (due := row.fetchone()[0]) is None else int(due)

    def count(self, minutes: Mapping[tuple[str, int], Minute]) -> None:
        """Add messages, by guild and epoch minute, to minutes that are still open."""
        with self._transaction():
            self._connection.executemany(
                "INSERT INTO open_minutes VALUES (?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET"
                " count = count + excluded.count,"
                " response_time_ms_sum = response_time_ms_sum + excluded.response_time_ms_sum,"
                " response_time_count = response_time_count + excluded.response_time_count",
                [(*key, *minute) for key, minute in minutes.items()],
            )

    def open_minutes(self) -> int:
        with self._explained("read"):
            row = self._connection.execute("SELECT count(*) FROM open_minutes").fetchone()
            return int(row[0])

    def close_minutes(self, before: int, entries: MakeEntries) -> int:
        """Turn open minutes before that epoch minute into events, each once whoever does it.

        Where the spool is full they stay open, and lose nothing. Returns how many were closed.
        """
        with self._transaction():
            rows = self._connection.execute(
                "DELETE FROM open_minutes WHERE minute < ? RETURNING *", (before,)
            ).fetchall()
            for guild_id, minute, *counted in rows:
                for entry in entries(guild_id, minute, Minute(*counted)):
                    self._insert(entry)
            self._refuse_too_much()
        return len(rows)

    def dead_letters(self) -> list[DeadLetter]:
        with self._explained("read"):
            rows = self._connection.execute("SELECT * FROM dead_letters ORDER BY seq").fetchall()
        return [_letter(*row) for row in rows]

    def count_dead_letters(self) -> int:
        with self._explained("read"):
            return int(self._execute("SELECT count(*) FROM dead_letters").fetchone()[0])

    def requeue_dead_letters(self) -> int:
        """Send every dead letter again, with its id; for when what was wrong has been mended."""
        with self._transaction():
            rows = self._execute("SELECT guild_id, id, body FROM dead_letters ORDER BY seq")
            for row in rows.fetchall():
                self._insert(Entry(*row))
            self._refuse_too_much()
            return self._execute("DELETE FROM dead_letters").rowcount

    def close(self) -> None:
        with self._lock:
            if not self._closed:
                self._closed = True
                self._connection.close()

    def _insert(self, entry: Entry) -> None:
        self._execute(
            "INSERT INTO events (guild_id, id, body, slot, due_ms) VALUES (?, ?, ?, ?, ?)"
            " ON CONFLICT DO NOTHING",
            *entry,
        )

    def _bury(self, one: Waiting, errors: Any) -> DeadLetter:
        said = json.dumps(errors)
        rejected_ms = now_ms()
        cursor = self._execute(
            "INSERT INTO dead_letters (guild_id, id, body, errors, rejected_ms)"
            " VALUES (?, ?, ?, ?, ?)",
            *(one.guild_id, one.id, one.body, said, rejected_ms),
        )
        return _letter(cursor.lastrowid or 0, one.guild_id, one.id, one.body, said, rejected_ms)

    def _refuse_too_much(self) -> None:
        size = self._execute("SELECT bytes FROM totals").fetchone()[0]
        if size > self.maximum_bytes:
            raise SpoolFull(f"the spool {self.path} is full: at most {self.maximum_bytes} bytes")

    def _last_seq(self) -> int:
        row = self._execute("SELECT seq FROM sqlite_sequence WHERE name = 'events'").fetchone()
        return 0 if row is None else int(row[0])

    def _execute(self, statement: str, *values: Any) -> sqlite3.Cursor:
        return self._connection.execute(statement, values)

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        with self._explained("written"):
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
    def _explained(self, done: str) -> Iterator[None]:
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


def _letter(
    seq: int, guild_id: str, id: str, body: bytes, errors: str, rejected_ms: int
) -> DeadLetter:
    return DeadLetter(seq, guild_id, id, json.loads(body), json.loads(errors), rejected_ms)
