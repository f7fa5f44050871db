"""Which database this is, and how it is noticed that it was put back to an earlier state.

Redis holds what the database said. After a restore that is of a future which never comes, and
nothing says so: the same rows are there, with the same offsets to be given out once more. So the
database has a name (models/incarnation.py), Redis holds what is of that name only, and the name
changes as soon as Redis is found to know more than the database:
a stream that is further on than its guild, or has another event at the same place (the publisher);
a serial above the database's own, which each sweep makes grow (`witness`).
A new or another database has another name from the start.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from secrets import token_hex

import redis
import structlog
from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from adapters.database import Database
from adapters.redis.link import RedisLink
from models.incarnation import (
    incarnation_name,
    name_incarnation,
    next_serial,
    rename_incarnation,
)

SERIAL_KEY = "modwatch:serial"
KNOWN_SECONDS = 5.0
AWAY_SECONDS = 1.0
_log = structlog.get_logger()


class DatabaseIncarnation:
    """The name of the database as this process knows it: at most KNOWN_SECONDS old."""

    def __init__(
        self,
        database: Database,
        timer: Callable[[], float] = time.monotonic,
        after_restore: Callable[[Connection], None] = lambda _: None,
    ) -> None:
        """`after_restore`: what else is of a time that is over, in the transaction of the name."""
        self._database, self._timer, self._after_restore = database, timer, after_restore
        self._name: str | None = None
        self._known_until = 0.0

    def name(self) -> str:
        """Raises SQLAlchemyError where the database was never there."""
        if self._name is not None and self._timer() < self._known_until:
            return self._name
        try:
            return self.reload()
        except SQLAlchemyError:
            if self._name is None:
                raise
            # While the database is away it changes nothing, nor its name.
            self._known_until = self._timer() + AWAY_SECONDS
            return self._name

    def reload(self) -> str:
        """Raises SQLAlchemyError."""
        with self._database.read() as connection:
            name = incarnation_name(connection)
        if name is None:
            name = self._first_name()
        self._name, self._known_until = name, self._timer() + KNOWN_SECONDS
        return name

    def renew(self, name: str) -> None:
        """What goes by `name` is of another time: the database has another one from now on.

        Raises SQLAlchemyError.
        """
        _log.error("database_was_put_back", incarnation=name)
        with self._database.write() as connection:
            if rename_incarnation(connection, name, token_hex(6)):
                self._after_restore(connection)
        self.reload()

    def _first_name(self) -> str:
        with self._database.write() as connection:
            name_incarnation(connection, token_hex(6))
            return incarnation_name(connection) or ""


def witness(database: Database, link: RedisLink, incarnation: DatabaseIncarnation) -> None:
    """Let the serial grow in the database, then in Redis: so Redis never knows a higher one."""
    if not link.is_configured:
        return
    name = incarnation.reload()
    known = link.ask(lambda client: client.get(SERIAL_KEY))
    with database.write() as connection:
        serial = next_serial(connection, name)
    if serial is None:
        return  # somebody else gave it another name just now
    if _serial_of(known, name) >= serial:
        incarnation.renew(name)
        return
    link.ask(lambda client: _note(client, f"{name} {serial}"))


def _serial_of(known: object, name: str) -> int:
    """What Redis knows of the database of this name."""
    if not isinstance(known, bytes):
        return 0
    of, _, serial = known.decode().partition(" ")
    return int(serial) if of == name and serial.isdigit() else 0


def _note(client: redis.Redis, text: str) -> object:
    return client.set(SERIAL_KEY, text)
