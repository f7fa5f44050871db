"""Message counts of minutes that are not over: on disk, and not yet events."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

from modwatch_client.spool_file import Entry, SpoolFile

MINUTE_MS = 60_000


class Minute(NamedTuple):
    """Messages counted in one guild and minute."""

    messages: int
    response_time_ms_sum: int = 0
    response_time_count: int = 0


# From a guild, an epoch minute and what was counted in it to the events that say so.
MakeEntries = Callable[[str, int, Minute], list[Entry]]


class OpenMinutes:
    def __init__(self, file: SpoolFile) -> None:
        self._file = file

    def add(self, minutes: Mapping[tuple[str, int], Minute]) -> None:
        """Add messages, by guild and epoch minute."""
        with self._file.transaction():
            self._file.execute_many(
                "INSERT INTO open_minutes VALUES (?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET"
                " count = count + excluded.count,"
                " response_time_ms_sum = response_time_ms_sum + excluded.response_time_ms_sum,"
                " response_time_count = response_time_count + excluded.response_time_count",
                [(*key, *minute) for key, minute in minutes.items()],
            )

    def number(self) -> int:
        with self._file.explained("read"):
            return int(self._file.execute("SELECT count(*) FROM open_minutes").fetchone()[0])

    def close(self, before: int, entries: MakeEntries) -> int:
        """Turn minutes before that epoch minute into events, each once whoever does it.

        Where the spool is full they stay open, and lose nothing. Returns how many were closed.
        """
        with self._file.transaction():
            rows = self._file.execute(
                "DELETE FROM open_minutes WHERE minute < ? RETURNING *", before
            ).fetchall()
            for guild_id, minute, *counted in rows:
                for entry in entries(guild_id, minute, Minute(*counted)):
                    self._file.insert(entry)
            self._file.refuse_too_much()
        return len(rows)
