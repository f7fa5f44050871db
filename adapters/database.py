"""The way to the database: one engine, short read and write transactions.

Reads see one consistent state (REPEATABLE READ on PostgreSQL, a WAL snapshot on SQLite). Writes on
SQLite begin IMMEDIATE, so two writers wait for each other instead of failing half-way. What waits
does so in Python, and not for ever: adapters/sqlite.py, adapters/postgresql.py.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext

from sqlalchemy import Connection, Engine, event, text
from sqlalchemy.exc import OperationalError

from adapters.postgresql import postgresql_engine
from adapters.sqlite import (
    DEADLINE,
    WRITES,
    BusyError,
    WriteAheadLog,
    WriterTurns,
    sqlite_engine,
    take_turns,
)
from adapters.telemetry.counts import CONNECTIONS_ALLOWED, CONNECTIONS_IN_USE, LOG_BYTES
from domain.distribution import DISTRIBUTED

# How long a command or a task waits for others who write, and a request of somebody who waits.
PATIENCE_SECONDS, REQUEST_PATIENCE_SECONDS = 30.0, 4.0
LONG_LOG_BYTES = 64 * 1024 * 1024
# How long writers may be held off until those who read have ended: less than their patience.
LOG_WAIT_SECONDS = 2.0
# What a write raises that may go well another time: others write, the disk is full, a standby. A
# read that writes something down on its way goes on without that.
WRITE_REFUSED = (BusyError, OperationalError)


class Database:
    """Read and write transactions on the database at `url` (SQLAlchemy's form).

    patience_seconds: how long a transaction waits to begin while others write (SQLite); then it
    raises adapters.sqlite.BusyError.
    """

    def __init__(self, url: str, pool_size: int = 10) -> None:
        self.url = url
        self.patience_seconds = PATIENCE_SECONDS
        self.is_postgresql = url.startswith("postgresql")
        make = postgresql_engine if self.is_postgresql else sqlite_engine
        self.engine = make(url, pool_size, REQUEST_PATIENCE_SECONDS)
        # As many more under load.
        self._allowed = 2 * pool_size
        CONNECTIONS_ALLOWED.inc(self._allowed)
        _count_connections(self.engine)
        self._turns = WriterTurns()
        self._log = None if self.is_postgresql else WriteAheadLog(url)
        self._log_wait_seconds = LOG_WAIT_SECONDS
        self._writer = self.engine.execution_options(**{WRITES: True})
        self._reader = self.engine
        self._alone: Engine | None = None
        if self.is_postgresql:
            if not self.engine.get_execution_options().get(DISTRIBUTED):
                self._alone = self.engine.execution_options(isolation_level="AUTOCOMMIT")
            self._reader = self.engine.execution_options(
                isolation_level="REPEATABLE READ", postgresql_readonly=True
            )

    @contextmanager
    def read(self) -> Iterator[Connection]:
        with self._reader.connect() as connection:
            self._wait_until(connection, time.monotonic() + self.patience_seconds)
            with connection.begin():
                yield connection

    @contextmanager
    def write(self, patience_seconds: float | None = None) -> Iterator[Connection]:
        """Commits when the block ends well, rolls back when it raises.

        `patience_seconds` for what can be left for another time as well.
        """
        patience = self.patience_seconds if patience_seconds is None else patience_seconds
        deadline_seconds = time.monotonic() + patience
        with self._turn(deadline_seconds), self._writer.connect() as connection:
            self._wait_until(connection, deadline_seconds)
            with connection.begin():
                yield connection

    @contextmanager
    def write_alone(self) -> Iterator[Connection]:
        """For one statement that is a transaction by itself: PostgreSQL is waited for once.

        Where rows lie on several servers no statement is: there it is a transaction as usual.
        """
        if self._alone is None:
            with self.write() as connection:
                yield connection
            return
        with self._alone.connect() as connection:
            yield connection

    def keep_log_short(self) -> None:
        """Empty SQLite's write-ahead log when it is long; another time if others are in the way.

        That holds writers off: the longer somebody reads, the more seldom.
        """
        if self._log is None:
            return
        if (size := self._log.bytes()) > LONG_LOG_BYTES:
            self._log.shorten_now_and_then(self._log_wait_seconds)
            size = self._log.bytes()
        LOG_BYTES.set(size)

    def serve_requests(self) -> None:
        """Wait no longer than requests may, and never inside a library."""
        self.patience_seconds, self._log_wait_seconds = REQUEST_PATIENCE_SECONDS, 0.0
        if not self.is_postgresql:
            take_turns(self.engine)

    def ping(self) -> None:
        with self.read() as connection:
            connection.execute(text("SELECT 1"))

    def close(self) -> None:
        CONNECTIONS_ALLOWED.dec(self._allowed)
        self._allowed = 0
        self.engine.dispose()

    def _turn(self, deadline_seconds: float) -> AbstractContextManager[None]:
        """PostgreSQL has as many writers as there are guilds, SQLite one."""
        return nullcontext() if self.is_postgresql else self._turns.taken(deadline_seconds)

    def _wait_until(self, connection: Connection, deadline_seconds: float) -> None:
        if not self.is_postgresql:
            connection.execution_options(**{DEADLINE: deadline_seconds})


def _count_connections(engine: Engine) -> None:
    """One that breaks while it is handed out comes back without ever having been: by name, then."""
    out: set[object] = set()

    def taken(_connection: object, record: object, _proxy: object) -> None:
        if record not in out:
            out.add(record)
            CONNECTIONS_IN_USE.inc()

    def given_back(_connection: object, record: object) -> None:
        if record in out:
            out.remove(record)
            CONNECTIONS_IN_USE.dec()

    event.listen(engine, "checkout", taken)
    event.listen(engine, "checkin", given_back)
    event.listen(engine, "detach", given_back)
