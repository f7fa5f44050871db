"""Ingesting a file of events, one JSON object a line, of any length."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import IO

from adapters.database import Database
from schemas.events.body import MAXIMUM_EVENTS, Errors, read_ndjson
from schemas.foreign_text import ForeignTextError, lines_of, without_mark
from services.ingest.store import ingest_events

LONGEST_LINE_BYTES = 1024 * 1024
_TOO_LONG: Errors = {"event": [f"longer than {LONGEST_LINE_BYTES} bytes"]}

# Of a line that is not stored: its number, counted from 1, and what is wrong by field.
OnRejected = Callable[[int, Errors], None]


@dataclass(slots=True)
class FileIngested:
    accepted: int = 0
    duplicates: int = 0
    rejected: int = 0


class EventFile:
    """`clock` is asked for each batch: a pipe may stay open for days."""

    def __init__(
        self, database: Database, clock: Callable[[], int], on_rejected: OnRejected
    ) -> None:
        self._database, self._clock, self._on_rejected = database, clock, on_rejected
        self.done = FileIngested()

    def ingest(self, file: IO[bytes]) -> Iterator[int]:
        """Store what `file` holds; after each batch, how many lines it had. Commits by batch."""
        lines = self._lines(file)
        while batch := list(islice(lines, MAXIMUM_EVENTS)):
            self._store(batch)
            yield len(batch)

    def _store(self, batch: list[tuple[int, bytes]]) -> None:
        now_ms = self._clock()
        read = read_ndjson(b"\n".join(line for _, line in batch), now_ms)
        for one in read.rejected:
            self._reject(batch[one.index][0], one.errors)
        stored = ingest_events(self._database, read.events, now_ms)
        self.done.accepted += stored.accepted
        self.done.duplicates += stored.duplicates

    def _lines(self, file: IO[bytes]) -> Iterator[tuple[int, bytes]]:
        """(number, line) of every line that is not blank."""
        number = 0
        while line := file.readline(LONGEST_LINE_BYTES + 1):
            number += 1
            if len(line) > LONGEST_LINE_BYTES:
                _skip_rest(file, line)
                self._reject(number, _TOO_LONG)
                continue
            if (problem := _problem_of(line)) is not None:
                self._reject(number, problem)
                if number == 1:
                    return
                continue
            # Old Macs' line ends count too, as they do over HTTP.
            yield from ((number, part) for part in lines_of(line))

    def _reject(self, number: int, errors: Errors) -> None:
        self.done.rejected += 1
        self._on_rejected(number, errors)


def _problem_of(line: bytes) -> Errors | None:
    """Why a line cannot be read; on the first one, why the whole file cannot."""
    try:
        without_mark(line)
    except ForeignTextError as error:
        return {"event": [f"cannot be read: {error}"]}
    return None


def _skip_rest(file: IO[bytes], line: bytes) -> None:
    while line and not line.endswith(b"\n"):
        line = file.readline(LONGEST_LINE_BYTES)
