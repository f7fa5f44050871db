"""Events the server refused for good, kept with its reasons until somebody looks."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from modwatch_client.spool_file import Entry, SpoolFile, Waiting, now_ms

_BURY = "INSERT INTO dead_letters (guild_id, id, body, errors, rejected_ms) VALUES (?, ?, ?, ?, ?)"


@dataclass(frozen=True)
class DeadLetter:
    """An event the server refused, and why: field -> messages."""

    seq: int
    guild_id: str
    id: str
    event: dict[str, Any]
    errors: dict[str, Any]
    rejected_ms: int


class DeadLetters:
    """The newest `maximum` of them."""

    def __init__(self, file: SpoolFile, maximum: int) -> None:
        self._file, self._maximum = file, maximum

    def bury(self, batch: Sequence[Waiting], errors: Mapping[int, Any]) -> list[DeadLetter]:
        """Keep events of a batch, by their place in it; within a transaction of the caller."""
        letters = [self._bury(batch[place], errors[place]) for place in sorted(errors)]
        self._forget_oldest()
        return letters

    def take_over(self, rows: Sequence[tuple[Any, ...]]) -> None:
        """Keep letters of another spool: guild, id, body, errors and when, each."""
        with self._file.transaction():
            self._file.execute_many(_BURY, list(rows))
            self._forget_oldest()

    def all(self) -> list[DeadLetter]:
        """Oldest first."""
        with self._file.explained("read"):
            rows = self._file.execute("SELECT * FROM dead_letters ORDER BY seq").fetchall()
        return [_letter(*row) for row in rows]

    def number(self) -> int:
        with self._file.explained("read"):
            return int(self._file.execute("SELECT count(*) FROM dead_letters").fetchone()[0])

    def requeue(self) -> int:
        """Send every one again, with its id; how many that are."""
        with self._file.transaction():
            rows = self._file.execute("SELECT guild_id, id, body FROM dead_letters ORDER BY seq")
            for row in rows.fetchall():
                self._file.insert(Entry(*row))
            self._file.refuse_too_much()
            return self._file.execute("DELETE FROM dead_letters").rowcount

    def _bury(self, one: Waiting, errors: Any) -> DeadLetter:
        row = one.guild_id, one.id, one.body, json.dumps(errors), now_ms()
        cursor = self._file.execute(_BURY, *row)
        return _letter(cursor.lastrowid or 0, *row)

    def _forget_oldest(self) -> None:
        self._file.execute(
            "DELETE FROM dead_letters WHERE seq <= (SELECT max(seq) FROM dead_letters) - ?",
            self._maximum,
        )


def _letter(
    seq: int, guild_id: str, id: str, body: bytes, errors: str, rejected_ms: int
) -> DeadLetter:
    return DeadLetter(
        seq=seq,
        guild_id=guild_id,
        id=id,
        event=json.loads(body),
        errors=json.loads(errors),
        rejected_ms=rejected_ms,
    )
