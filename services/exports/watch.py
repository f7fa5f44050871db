"""Beside an export that is being made: how far it is, and whether it is still wanted.

Once a second the rows are written down, as live events too, and whoever cancelled the export, told
the process to end or took over its work is heard: the statement under way is interrupted then.
"""

from __future__ import annotations

import sqlite3
import time
from contextlib import suppress
from enum import Enum, auto
from threading import Event, Thread
from types import TracebackType
from typing import Self

import psycopg
import structlog
from sqlalchemy import Connection

from adapters.database import WRITE_REFUSED
from domain.export_life import ExportState, progress_of
from domain.exports import MOST_SECONDS
from models.exports import turns
from models.exports.turns import Turn
from models.guilds.guild import lock_guilds
from services.container import Parts
from services.exports.saying import say
from services.live.events import export_progress_event
from services.notifications.telling import queue_on
from services.work.lease import Lease, LeaseLostError, StopWorkError

EVERY_SECONDS = 1.0
# What is written beside the work is left out rather than waited for.
PATIENCE_SECONDS = 1.0
_log = structlog.get_logger()


class Over(Enum):
    """Why an export is to end before it is made."""

    LOST = auto()  # another process has it, or may have it any moment
    STOPPED = auto()  # this process is to end
    NOT_OURS = auto()  # it was cancelled, or begins anew
    TOO_LONG = auto()


class OverError(Exception):
    """Raised in the work when it is over."""


class Watch:
    """A context around the reading and writing; `connection` is what it reads on."""

    def __init__(self, parts: Parts, turn: Turn, lease: Lease, connection: Connection) -> None:
        self._parts, self._turn, self._lease = parts, turn, lease
        self._driver = connection.connection.driver_connection
        self._ended = Event()
        self._deadline_seconds = time.monotonic() + MOST_SECONDS
        self._said_percent = 0
        self._thread = Thread(target=self._look_again_and_again, daemon=True)
        self.rows, self.rows_estimated = 0, 0
        self.over: Over | None = None

    def on_rows(self, rows: int) -> None:
        """So many are written. Raises OverError."""
        self.rows = rows
        if self.over is not None:
            raise OverError(self.over.name)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._ended.set()
        self._thread.join()

    def _look_again_and_again(self) -> None:
        while not self._ended.wait(EVERY_SECONDS):
            with suppress(*WRITE_REFUSED):  # it is busy, or away: the lease says when that is over
                self._look()
            if self.over is not None:
                self._interrupt()

    def _look(self) -> None:
        self.over = self.over or self._told_to_end()
        if self.over is None and not self._note():
            self.over = Over.NOT_OURS

    def _told_to_end(self) -> Over | None:
        try:
            self._lease.check()
        except LeaseLostError:
            return Over.LOST
        except StopWorkError:
            return Over.STOPPED
        return Over.TOO_LONG if time.monotonic() > self._deadline_seconds else None

    def _note(self) -> bool:
        rows, estimated = self.rows, self.rows_estimated
        percent = int(progress_of(ExportState.RUNNING, rows, estimated))
        with self._parts.database.write(PATIENCE_SECONDS) as connection:
            # The guild first, as everybody does: so nobody waits for somebody who waits for them.
            is_news = percent != self._said_percent
            guilds = lock_guilds(connection, [self._turn.guild_id]) if is_news else {}
            if not turns.note(connection, self._turn, rows_done=rows, rows_estimated=estimated):
                return False
            if is_news:
                now_ms = self._parts.clock()
                running = ExportState.RUNNING
                event = export_progress_event(now_ms, self._turn.id, running, percent)
                queue_on(connection, guilds, {self._turn.guild_id: [event]}, now_ms)
        if is_news:
            self._said_percent = percent
            say(self._parts)
        return True

    def _interrupt(self) -> None:
        """End the statement under way, if any; the work sees in `over` why it ended."""
        if isinstance(self._driver, sqlite3.Connection):
            self._driver.interrupt()
        elif isinstance(self._driver, psycopg.Connection):
            with suppress(psycopg.Error):
                self._driver.cancel_safe(timeout=EVERY_SECONDS)
