"""Events on disk until the server has them: one SQLite file, safe for several processes at once.

SQLite, since it is in the standard library and has what a journal of our own would have to prove:
a transaction is there as a whole or not at all whatever kills the process or cuts the power, and
two processes may write in turn. An event is in the file before `append` returns, and leaves it in
`settle`, which is called when the server said that it has committed it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from modwatch_client.dead_letters import DeadLetter, DeadLetters
from modwatch_client.open_minutes import OpenMinutes
from modwatch_client.spool_file import Entry, SpoolFile, Waiting, now_ms

MAXIMUM_BYTES = 256 * 1024 * 1024
MAXIMUM_DEAD_LETTERS = 10_000
# Longer than that nothing is held back, so that a clock set back costs no more.
LONGEST_HOLD_MS = 60_000


class Spool(SpoolFile):
    """Every method raises SpoolError where the file cannot be used."""

    def __init__(
        self,
        path: Path,
        *,
        maximum_bytes: int = MAXIMUM_BYTES,
        maximum_dead_letters: int = MAXIMUM_DEAD_LETTERS,
    ) -> None:
        super().__init__(path, maximum_bytes)
        self.dead_letters = DeadLetters(self, maximum_dead_letters)
        self.minutes = OpenMinutes(self)

    def append(self, entries: Sequence[Entry]) -> None:
        """Keep all of `entries`, or none: SpoolFull. What is here already (by id) stays."""
        with self.transaction():
            for entry in entries:
                self.insert(entry)
            self.refuse_too_much()

    def head(self, limit: int, maximum_bytes: int) -> list[Waiting]:
        """The oldest events that are due, in order; at least one where there is any."""
        found: list[Waiting] = []
        size, now = 0, now_ms()
        with self.explained("read"):
            rows = self.execute(
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
        with self.transaction():
            self.execute_many("DELETE FROM events WHERE seq = ?", [(one.seq,) for one in batch])
            letters = self.dead_letters.bury(batch, rejected)
        if self.waiting()[0] == 0:
            self.shrink()
        return letters

    def withdraw(self, slot: str) -> bool:
        """Forget what waits in `slot`; whether anything did."""
        with self.transaction():
            return self.execute("DELETE FROM events WHERE slot = ?", slot).rowcount > 0

    def release(self) -> int:
        """Make what is held back due at once; the number of the last event in the spool."""
        with self.transaction():
            self.execute("UPDATE events SET due_ms = 0 WHERE due_ms > 0")
            return int(self.execute("SELECT coalesce(max(seq), 0) FROM events").fetchone()[0])

    def waiting(self) -> tuple[int, int]:
        """How many events wait, and their bytes."""
        with self.explained("read"):
            events, size = self.execute("SELECT events, bytes FROM totals").fetchone()
            return int(events), int(size)

    def last(self) -> int:
        """The number of the last event in the spool."""
        with self.explained("read"):
            return int(self.execute("SELECT coalesce(max(seq), 0) FROM events").fetchone()[0])

    def waits_until(self, seq: int, *, held: bool = True) -> bool:
        """Whether any event waits up to the one with that number; `held`: those held back count."""
        with self.explained("read"):
            query = "SELECT EXISTS (SELECT 1 FROM events WHERE seq <= ? AND (? OR due_ms <= ?))"
            return bool(self.execute(query, seq, held, now_ms()).fetchone()[0])

    def note_server(self, url: str) -> None:
        """Whom the events in here are for."""
        if self.server() != url:
            with self.transaction():
                self.execute("DELETE FROM server")
                self.execute("INSERT INTO server VALUES (?)", url)

    def server(self) -> str | None:
        """Its address; None in a spool of an old version."""
        with self.explained("read"):
            row = self.execute("SELECT url FROM server").fetchone()
            return None if row is None else str(row[0])

    def next_due_ms(self) -> int | None:
        """When the first event that is held back becomes due; None where none is."""
        with self.explained("read"):
            query = "SELECT min(due_ms) FROM events WHERE due_ms > 0"
            due_ms = self.execute(query).fetchone()[0]
            return None if due_ms is None else int(due_ms)
