"""PostgreSQL: nobody waits without end for a server that has stopped answering.

A server may be frozen, or the way to it be gone, without a word: the socket stays open, but silent.
A statement may as well take long. Asking the server on another connection tells the two apart.
"""

from __future__ import annotations

import time
from collections.abc import Generator
from threading import Lock
from typing import Any, TypeVar, cast

import psycopg
from psycopg.abc import PQGen
from psycopg.errors import ConnectionTimeout
from sqlalchemy import URL, Engine, create_engine, event, make_url

from adapters.setting_values import POOLER, SPREAD
from domain.distribution import DISTRIBUTED

T = TypeVar("T")
# Together below the five seconds within which every request is answered.
SILENT_SECONDS, CONNECT_SECONDS = 1.5, 2
# After an answer the same statement is waited for so long without asking again.
ASK_AGAIN_SECONDS = 5.0
# How long it is believed that a server gives no answer: nobody else waits to find out meanwhile.
BELIEVED_SECONDS = 1.0
LOOK_SECONDS = 0.1
# Where only the way to it is gone, the operating system finds out. The address may say otherwise.
_KEPT_ALIVE: dict[str, Any] = {
    "connect_timeout": CONNECT_SECONDS,
    "keepalives": 1,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 15_000,
}


class SilentError(psycopg.OperationalError):
    """The server gives no answer, not to others either."""

    def __init__(self) -> None:
        super().__init__("the database server gives no answer")


class Server:
    """What is known of whether the server answers; one for all connections of an engine."""

    def __init__(self) -> None:
        self._address: tuple[tuple[Any, ...], dict[str, Any]] = ((), {})
        self._silent_until_seconds = 0.0
        self._answered_seconds = 0.0
        self._lock = Lock()

    def connect(self, *args: Any, **options: Any) -> WatchedConnection:
        """Raises SilentError while the server is known to be silent, else after two seconds."""
        self._address = args, options
        if time.monotonic() < self._silent_until_seconds:
            raise SilentError
        try:
            made = WatchedConnection.connect(*args, **options)
        except ConnectionTimeout:
            self._silent_until_seconds = time.monotonic() + BELIEVED_SECONDS
            raise SilentError from None
        made.server = self
        return made

    def answers(self, host: str, port: int) -> bool:
        """Asks on a connection of its own; those who ask together share the answer.

        Where the address names several hosts, the one that is asked: another says nothing of it.
        """
        asked_seconds = time.monotonic()
        with self._lock:
            if asked_seconds <= self._answered_seconds:
                return True
            args, options = self._address
            try:
                if "," in str(options.get("host", "")):
                    _ask(options, host, port)
                    return True  # of that host alone: nobody else may take it for theirs
                self.connect(*args, **options).close()
            except SilentError:
                return False
            except psycopg.Error:
                pass  # it refuses: that is an answer
            self._answered_seconds = time.monotonic()
            return True


class WatchedConnection(psycopg.Connection[Any]):
    """A connection that is closed when its server has stopped answering."""

    server: Server | None = None

    def wait(
        self, gen: PQGen[T], interval: float = LOOK_SECONDS, timeout: float | None = None
    ) -> T:
        return super().wait(cast("PQGen[T]", self._watched(gen)), interval, timeout)

    def _watched(self, gen: PQGen[T]) -> Generator[Any, Any, T]:
        """The same steps; a step that nothing comes of for long has the server asked."""
        look_seconds = time.monotonic() + SILENT_SECONDS
        try:
            wanted = next(gen)
            while True:
                if ready := (yield wanted):
                    look_seconds = time.monotonic() + SILENT_SECONDS
                elif time.monotonic() >= look_seconds:
                    self._look()
                    look_seconds = time.monotonic() + ASK_AGAIN_SECONDS
                wanted = gen.send(ready)
        except StopIteration as end:
            return cast(T, end.value)

    def _look(self) -> None:
        if self.server is None or self.server.answers(self.info.host, self.info.port):
            return
        # Closed without a word: saying goodbye would wait as well.
        self.pgconn.finish()
        raise SilentError


def _ask(options: dict[str, Any], host: str, port: int) -> None:
    """Raises SilentError where that host gives no answer."""
    alone = {"host": host, "port": port, "target_session_attrs": "any"}
    try:
        psycopg.connect(**(options | alone)).close()
    except ConnectionTimeout:
        raise SilentError from None
    except psycopg.Error:
        pass


def connection_arguments(url: str) -> tuple[URL, dict[str, Any]]:
    """The address without what is ours in it, and what connections are to be told beside it."""
    address = make_url(url)
    told = {name: value for name, value in _KEPT_ALIVE.items() if name not in address.query}
    if address.query.get(POOLER) == "transaction":
        # What was prepared stays on a connection that the next transaction does not have.
        told["prepare_threshold"] = None
    return address.difference_update_query([POOLER, SPREAD]), told


def postgresql_engine(url: str, pool_size: int, pool_timeout_seconds: float) -> Engine:
    # Errors are logged without the values that came with a statement: these are what people sent.
    address, told = connection_arguments(url)
    engine = create_engine(
        address,
        hide_parameters=True,
        pool_size=pool_size,
        max_overflow=pool_size,
        pool_timeout=pool_timeout_seconds,
        pool_pre_ping=True,
        connect_args=told,
        execution_options={DISTRIBUTED: SPREAD in make_url(url).query},
    )
    server = Server()

    @event.listens_for(engine, "do_connect")
    def connect(_dialect: Any, _record: Any, args: Any, options: Any) -> WatchedConnection:
        return server.connect(*args, **options)

    return engine
