"""Counts messages in memory for a moment, then in the spool; one event per guild and minute."""

from __future__ import annotations

import logging
import threading

from modwatch_client.errors import ClientClosed, SpoolError
from modwatch_client.event_ids import new_id
from modwatch_client.events import HIGHEST_COUNT, MessagesEvent
from modwatch_client.moments import from_ms
from modwatch_client.open_minutes import MINUTE_MS, Minute
from modwatch_client.spool import Spool
from modwatch_client.spool_file import Entry, now_ms

MOST_BUFFERED = 100_000  # guilds times minutes; the spool has failed for long by then
_log = logging.getLogger("modwatch")


class MessageCounter(threading.Thread):
    """A write to disk per message would be dear: up to `window_seconds` of counts are in memory.

    That is what a killed process loses, and nothing else.
    """

    def __init__(self, spool: Spool, window_seconds: float) -> None:
        super().__init__(name="modwatch-counter", daemon=True)
        self._spool, self._window_seconds = spool, window_seconds
        self._lock = threading.Lock()
        self._buffer: dict[tuple[str, int], Minute] = {}
        self._counted, self._stopped = threading.Event(), threading.Event()
        self._complained = False
        self.lost = 0
        self._counted.set()  # a process that was killed may have left minutes open

    def add(self, guild_id: str, response_time_ms: int | None) -> None:
        timed = (0, 0) if response_time_ms is None else (response_time_ms, 1)
        with self._lock:
            self._add((guild_id, now_ms() // MINUTE_MS), Minute(1, *timed))
        self._counted.set()

    def buffered(self) -> int:
        with self._lock:
            return sum(minute.messages for minute in self._buffer.values())

    def write(self, *, close_all: bool = False) -> int:
        """Put the counts into the spool, and make events of minutes that are over, or of all.

        Returns how many minutes are still open. SpoolError: the counts stay in memory.
        """
        with self._lock:
            taken, self._buffer = self._buffer, {}
        try:
            if taken:
                self._spool.minutes.add(taken)
        except BaseException:
            with self._lock:
                for key, minute in taken.items():
                    self._add(key, minute)
            raise
        before = now_ms() // MINUTE_MS + (2 if close_all else 0)
        self._spool.minutes.close(before, entries_of)
        return self._spool.minutes.number()

    def run(self) -> None:
        while not self._stopped.is_set():
            self._counted.wait()
            self._counted.clear()
            self._stopped.wait(self._window_seconds)
            if not self._stopped.is_set():
                self._write_or_complain()

    def stop(self) -> None:
        self._stopped.set()
        self._counted.set()
        if self.is_alive():
            self.join()

    def _write_or_complain(self) -> None:
        try:
            if self.write():
                self._counted.set()  # come back to close them
            self._complained = False
        except ClientClosed:
            return
        except SpoolError as error:
            self._counted.set()
            if not self._complained:
                self._complained = True
                _log.error("message counts wait in memory: %s", error)
        except Exception:
            # A fault of ours must not end the thread: counts would be lost unnoticed.
            _log.exception("writing message counts failed in an unexpected way")
            self._counted.set()

    def _add(self, key: tuple[str, int], minute: Minute) -> None:
        if known := self._buffer.get(key):
            self._buffer[key] = Minute(*(a + b for a, b in zip(known, minute, strict=True)))
        elif len(self._buffer) < MOST_BUFFERED:
            self._buffer[key] = minute
        else:
            self.lost += minute.messages


def entries_of(guild_id: str, minute: int, counted: Minute) -> list[Entry]:
    """The events of a closed minute: one, unless it has more than an event may say."""
    entries = []
    rest = counted.messages
    timed = Minute(0, counted.response_time_ms_sum, counted.response_time_count)
    while rest > 0:
        count = min(rest, HIGHEST_COUNT)
        has_times = 0 < timed.response_time_count <= HIGHEST_COUNT
        event = MessagesEvent(
            id=new_id(),
            guild_id=guild_id,
            timestamp=from_ms(minute * MINUTE_MS),
            count=count,
            response_time_ms_sum=timed.response_time_ms_sum if has_times else None,
            response_time_count=timed.response_time_count if has_times else None,
        )
        entries.append(Entry(guild_id, str(event.id), event.json()))
        rest, timed = rest - count, Minute(0)
    return entries
