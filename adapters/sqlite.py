"""SQLite: one writer at a time, and nobody waits for it inside the library.

SQLite's own wait for a lock sleeps in C, and with it everything that shares the thread: in a web
process all requests and sockets. Here a lock that is taken is asked for again and again, sleeping
in Python in between, which lets others run.
"""

from __future__ import annotations

import sqlite3
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from threading import Event, Lock
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from adapters.process.turns import let_others_run

# Options of a connection: whether its transactions write, and until when they wait for others (on
# the monotonic clock).
WRITES, DEADLINE = "sqlite_writes", "sqlite_deadline_seconds"
# Making a new file one with a log is the one thing at a connect that others may be in the way of.
CONNECT_SECONDS = 4.0
# Often enough to meet the moment between two transactions of a busy process.
ASK_AGAIN_SECONDS = 0.003
# What is written to the file beside the database is cut down to this when it is begun anew.
KEPT_LOG_BYTES = 16 * 1024 * 1024
# After emptying it was in vain: how long until the next try, and at most.
FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 4.0, 60.0
# Steps of SQLite's own machine, some 3 ms of them: what a statement does before others have a turn.
STEPS_AT_ONCE = 25_000
_PRAGMAS = (
    "journal_mode=WAL",
    "synchronous=FULL",
    "foreign_keys=ON",
    "cache_size=-32000",
    f"journal_size_limit={KEPT_LOG_BYTES}",
)


class BusyError(PoolTimeoutError):
    """Others have been writing for longer than the patience of who asked."""

    def __init__(self) -> None:
        super().__init__("the database is busy: another program has been writing to it for long")


class WriterTurns:
    """The writers of this process, one after the other in the order they came.

    Who waits here holds no connection, so reads find one.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._waiting: deque[Event] = deque()
        self._is_taken = False

    @contextmanager
    def taken(self, deadline_seconds: float) -> Iterator[None]:
        """Raises BusyError where the turn has not come by then (on the monotonic clock)."""
        self._take(deadline_seconds)
        try:
            yield
        finally:
            self._hand_over()

    def _take(self, deadline_seconds: float) -> None:
        with self._lock:
            if not self._is_taken:
                self._is_taken = True
                return
            mine = Event()
            self._waiting.append(mine)
        if mine.wait(max(deadline_seconds - time.monotonic(), 0)):
            return
        with self._lock:
            if not mine.is_set():
                self._waiting.remove(mine)
                raise BusyError
        # It came in the very moment: it is passed on.
        self._hand_over()
        raise BusyError

    def _hand_over(self) -> None:
        with self._lock:
            self._is_taken = bool(self._waiting)
            if self._waiting:
                self._waiting.popleft().set()


def sqlite_engine(url: str, pool_size: int, pool_timeout_seconds: float) -> Engine:
    if path := make_url(url).database:
        Path(path).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(
        url,
        hide_parameters=True,
        pool_size=pool_size,
        max_overflow=pool_size,
        pool_timeout=pool_timeout_seconds,
        # 0: whoever finds a lock is told at once.
        connect_args={"timeout": 0, "check_same_thread": False},
    )
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", _begin)
    return engine


def take_turns(engine: Engine) -> None:
    """Have long statements give way to others now and then, as SQLite asks whether to go on.

    For a process whose requests share one thread: they are greenlets, which may change in there.
    Each has a connection of its own, and SQLite holds nothing that another one needs but the lock
    of the file, which is waited for in Python.
    """

    @event.listens_for(engine, "checkout")
    def checkout(connection: sqlite3.Connection, _record: Any, _proxy: Any) -> None:
        connection.set_progress_handler(let_others_run, STEPS_AT_ONCE)


class WriteAheadLog:
    """The file beside the database that SQLite writes to first (its WAL).

    What is in it goes to the database a bit at a time, but it begins anew only at a moment when no
    reader looks at it. Where one read overlaps the next there is none, and it grows without end.
    """

    def __init__(self, url: str, timer: Callable[[], float] = time.monotonic) -> None:
        self._database = make_url(url).database or ""
        self._timer = timer
        self._pause_seconds, self._again_at_seconds = 0.0, timer()

    def bytes(self) -> int:
        try:
            return Path(f"{self._database}-wal").stat().st_size
        except FileNotFoundError:
            return 0

    def shorten_now_and_then(self, wait_seconds: float) -> None:
        """Empty it, unless that was in vain lately: then somebody reads for long, as for an export.

        After each time in vain writers have twice as long for themselves. What can go without
        anybody's waiting goes with each commit meanwhile.
        """
        if self._timer() < self._again_at_seconds:
            return
        is_empty = self.shorten(wait_seconds)
        longer = min(max(2 * self._pause_seconds, FIRST_PAUSE_SECONDS), LONGEST_PAUSE_SECONDS)
        held_off_in_vain = wait_seconds > 0 and not is_empty
        self._pause_seconds = longer if held_off_in_vain else 0.0
        self._again_at_seconds = self._timer() + self._pause_seconds

    def shorten(self, wait_seconds: float) -> bool:
        """Empty it; whether that was possible. Writers wait meanwhile.

        Waits inside the library, writers held off, until those who read now have ended: not for a
        process that does anything else.
        """
        with closing(sqlite3.connect(self._database, timeout=wait_seconds)) as connection:
            # What can go without anybody's waiting goes first.
            connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()
            for mode in ("RESTART", "TRUNCATE"):
                is_busy, _, _ = connection.execute(f"PRAGMA wal_checkpoint({mode})").fetchone()
                if is_busy:
                    return False
        return True


def _prepare(connection: sqlite3.Connection, _record: Any) -> None:
    # None: the driver leaves BEGIN to us, else reads would run outside any transaction.
    connection.isolation_level = None
    deadline_seconds = time.monotonic() + CONNECT_SECONDS
    for pragma in _PRAGMAS:
        _ask(connection, f"PRAGMA {pragma}", deadline_seconds)


def _begin(connection: Connection) -> None:
    options = connection.get_execution_options()
    driver: Any = connection.connection.driver_connection
    deadline_seconds = options.get(DEADLINE) or time.monotonic() + CONNECT_SECONDS
    if options.get(WRITES):
        _ask(driver, "BEGIN IMMEDIATE", deadline_seconds)
        return
    driver.execute("BEGIN")
    # What is read is the state of now: from here on no lock can be in the way.
    _ask(driver, "SELECT 1 FROM sqlite_schema LIMIT 1", deadline_seconds)


def _ask(connection: sqlite3.Connection, statement: str, deadline_seconds: float) -> None:
    """Execute what may find a lock in its way. Raises BusyError when that lasts."""
    while True:
        try:
            connection.execute(statement).fetchall()
            return
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
                raise
        if time.monotonic() >= deadline_seconds:
            raise BusyError
        time.sleep(ASK_AGAIN_SECONDS)
