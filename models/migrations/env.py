"""How Alembic reaches the database: the caller puts its address into the config's attributes.

Each migration is a transaction of its own: one that fails late undoes no other, and none holds the
locks of those before it. Who is killed between two leaves a schema that the next start completes.
"""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from alembic import context
from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url, pool
from sqlalchemy.exc import OperationalError

from models import Base
from models.violations.text_index import is_declared

# Any number, the same for all: two processes that start together upgrade one after the other.
UPGRADE_LOCK = 7_226_401
# Who waits for a table that a dump or an export reads has everybody else wait behind it.
LOCK_SECONDS = 2
ASK_AGAIN_SECONDS = 0.5
FREE_SECONDS = 30.0
# SQLite: who writes beside it. Far longer than any transaction of ours.
BUSY_SECONDS = 30.0


class _Overtaken(Exception):
    """Another process is at it, or was between two migrations of ours."""


def migrate() -> None:
    attributes = context.config.attributes
    engine = _engine(attributes["url"], **attributes.get("connect_args", {}))
    with _alone(engine):
        while not _is_done(engine):
            time.sleep(ASK_AGAIN_SECONDS)


def _is_done(engine: Engine) -> bool:
    """False where another process is at it: who waits for that holds no connection."""
    try:
        with _connected(engine) as connection:
            with connection.begin():
                _take_turn(connection)
            _run(connection)
    except _Overtaken:
        return False
    return True


def _connected(engine: Engine) -> Connection:
    """Where one alone is allowed, the one before it counts for a moment after it was closed."""
    until_seconds = time.monotonic() + FREE_SECONDS
    while True:
        try:
            return engine.connect()
        except OperationalError as error:
            if "too many connections" not in str(error) or time.monotonic() > until_seconds:
                raise
            time.sleep(ASK_AGAIN_SECONDS)


def _run(connection: Connection) -> None:
    turns = _Turns()
    event.listen(connection, "begin", turns.begin)
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        render_as_batch=True,
        compare_type=True,
        include_object=is_declared,
        # SQLite's as well, which Alembic does not expect of it: see `_engine`.
        transactional_ddl=True,
        transaction_per_migration=True,
        on_version_apply=turns.note,
    )
    with context.begin_transaction():
        context.run_migrations()


def _engine(url: URL | str, **arguments: Any) -> Engine:
    """Python's own module begins SQLite's transactions late, and none for a new table."""
    if make_url(url).get_backend_name() == "sqlite":
        arguments = {"timeout": BUSY_SECONDS, "isolation_level": None, **arguments}
    return create_engine(url, poolclass=pool.NullPool, connect_args=arguments)


class _Turns:
    """One process at a time, though each migration is a transaction of its own.

    On PostgreSQL its lock is that transaction's, so that one connection does: a lock of the session
    would stay behind on a connection of a pooler. Between two of them another process may have
    gone on, which the schema's version says.
    """

    def __init__(self) -> None:
        self.left_at: set[str] | None = None

    def begin(self, connection: Connection) -> None:
        if connection.dialect.name != "postgresql":
            connection.exec_driver_sql("BEGIN IMMEDIATE")
            return
        connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{LOCK_SECONDS}s'")
        _take_turn(connection)
        if self.left_at is not None and self.left_at != _versions(connection):
            raise _Overtaken

    def note(self, ctx: object, step: object, heads: Collection[Any], run_args: object) -> None:
        self.left_at = set(heads)


def _take_turn(connection: Connection) -> None:
    """Until this transaction ends. Raises _Overtaken where another process has it."""
    if connection.dialect.name == "postgresql":
        lock = f"SELECT pg_try_advisory_xact_lock({UPGRADE_LOCK})"
        if not connection.exec_driver_sql(lock).scalar():
            raise _Overtaken


def _versions(connection: Connection) -> set[str]:
    return set(connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalars())


@contextmanager
def _alone(engine: Engine) -> Iterator[None]:
    """One process at a time on a file of SQLite, over all of its migrations."""
    if folder := _folder(engine):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)
    else:
        yield


def _folder(engine: Engine) -> Path | None:
    """Where the file of SQLite is, or is to be: to open and close the file itself would undo what
    SQLite has locked of it for this process."""
    folder = Path(engine.url.database or "/nowhere/").parent
    return folder if folder.is_dir() else None


migrate()
