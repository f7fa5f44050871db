"""How Alembic reaches the database: the caller puts its address into the config's attributes.

Each migration is a transaction of its own: one that fails late undoes no other, and none holds the
locks of those before it. Who is killed between two leaves a schema that the next start completes.
"""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from alembic import context
from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url, pool, text

from models import Base
from models.violations.text_index import is_declared

# Any number, the same for all: two processes that start together upgrade one after the other.
UPGRADE_LOCK = 7_226_401
# Who waits for a table that a dump or an export reads has everybody else wait behind it.
LOCK_SECONDS = 2
ASK_AGAIN_SECONDS = 0.5
# SQLite: who writes beside it. Far longer than any transaction of ours.
BUSY_SECONDS = 30.0


def migrate() -> None:
    attributes = context.config.attributes
    engine = _engine(attributes["url"], **attributes.get("connect_args", {}))
    with _alone(engine), engine.connect() as connection:
        event.listen(engine, "begin", _begin)
        context.configure(
            connection=connection,
            target_metadata=Base.metadata,
            render_as_batch=True,
            compare_type=True,
            include_object=is_declared,
            # SQLite's as well, which Alembic does not expect of it: see `_engine`.
            transactional_ddl=True,
            transaction_per_migration=True,
        )
        with context.begin_transaction():
            context.run_migrations()


def _engine(url: URL | str, **arguments: Any) -> Engine:
    """Python's own module begins SQLite's transactions late, and none for a new table."""
    if make_url(url).get_backend_name() == "sqlite":
        arguments = {"timeout": BUSY_SECONDS, "isolation_level": None, **arguments}
    return create_engine(url, poolclass=pool.NullPool, connect_args=arguments)


@contextmanager
def _alone(engine: Engine) -> Iterator[None]:
    """One process at a time, over all of its migrations.

    On PostgreSQL of a transaction: a lock of the session would stay behind on a connection of a
    pooler. Who waits for it holds no connection, which a pooler may have few of.
    Where it is lost another may begin: what both do meets the same locks and the same version, and
    the second is undone.
    """
    if engine.dialect.name == "postgresql":
        while True:
            with engine.begin() as holder:
                if holder.scalar(text(f"SELECT pg_try_advisory_xact_lock({UPGRADE_LOCK})")):
                    holder.execute(text("SET LOCAL idle_in_transaction_session_timeout = 0"))
                    yield
                    return
            time.sleep(ASK_AGAIN_SECONDS)
    elif folder := _folder(engine):
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


def _begin(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{LOCK_SECONDS}s'")
    else:
        connection.exec_driver_sql("BEGIN IMMEDIATE")


migrate()
