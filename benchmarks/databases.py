"""Databases to measure on: clones of loaded ones, which are kept in var/bench/ for the next run.

PostgreSQL runs as it would in earnest, with fsync and synchronous_commit on, and SQLite with
synchronous=FULL. A clone is gone with its row.
"""

from __future__ import annotations

import fcntl
import hashlib
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import cached_property
from itertools import count, islice
from pathlib import Path

import psycopg

from adapters.database import Database
from adapters.migrations import MIGRATIONS, upgrade
from benchmarks import events
from benchmarks.events import Size, history
from benchmarks.processes import ROOT
from services.ingest.store import ingest_events
from tests.servers.postgres import Cluster

KINDS = ("postgresql", "sqlite")
# The moment up to which history is loaded: fixed, so that what was loaded stays good.
HISTORY_NOW_MS = 1_780_272_000_000  # 2026-06-01
EMPTY = Size("empty", 0, 0, 0)
_BATCH = 5_000
# As PostgreSQL comes, but with room: checkpoints of a small WAL would fall into some rounds only.
_DURABLE = ("max_connections=60", "max_wal_size=4GB")


class Databases:
    """Hands out clones; loads what is to be cloned when first asked."""

    def __init__(self, home: Path, stack: ExitStack) -> None:
        self._home, self._stack = home, stack
        self.scratch = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="modwatch-b-")))
        self.scratch.chmod(0o755)
        self._numbers = count(1)

    @contextmanager
    def clone(self, kind: str, size: Size = EMPTY) -> Iterator[str]:
        """The address of a database of its own, loaded with the history of `size`."""
        name = f"run_{next(self._numbers)}"
        if kind == "sqlite":
            path = Path(shutil.copy(self._sqlite_template(size), self.scratch / f"{name}.db"))
            yield f"sqlite:///{path}"
            for file in self.scratch.glob(f"{name}.db*"):
                file.unlink()
        else:
            template = self._postgresql_template(size)
            self.cluster.execute(
                "CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY", name, template
            )
            yield self.cluster.url(name)
            self.cluster.drop(name)

    def pin_postgresql(self, cores: frozenset[int]) -> None:
        """Have the connections from here on served on `cores`."""
        self.cluster.pin(cores)

    @cached_property
    def cluster(self) -> Cluster:
        """The PostgreSQL server; started when first asked for."""
        folder = Path(self._stack.enter_context(tempfile.TemporaryDirectory(prefix="modwatch-p-")))
        kept = self._home if _others_may_enter(self._home) else folder
        data = kept / "postgresql" / "data"
        data.parent.mkdir(exist_ok=True)
        cluster = Cluster(folder, data, _DURABLE)
        self._stack.callback(cluster.stop)
        cluster.serve()
        for name in _names(cluster, "run_") + _names(cluster, "loading"):
            cluster.drop(name)
        return cluster

    def _sqlite_template(self, size: Size) -> Path:
        path = self._home / "sqlite" / f"{_template_name(size)}.db"
        if not path.exists():
            for old in path.parent.glob(f"{size.name}_*"):
                old.unlink()
            fresh = self.scratch / "loading.db"
            _load(f"sqlite:///{fresh}", size)
            path.parent.mkdir(exist_ok=True)
            shutil.move(fresh, path)
        return path

    def _postgresql_template(self, size: Size) -> str:
        name = _template_name(size)
        if name not in _names(self.cluster, f"{size.name}_"):
            for old in _names(self.cluster, f"{size.name}_"):
                self.cluster.drop(old)
            self.cluster.execute("CREATE DATABASE {}", "loading")
            _load(self.cluster.url("loading"), size)
            self.cluster.execute("ALTER DATABASE {} RENAME TO {}", "loading", name)
        return name


@contextmanager
def databases() -> Iterator[Databases]:
    """One benchmark at a time has them."""
    home = ROOT / "var" / "bench"
    home.mkdir(parents=True, exist_ok=True)
    with (home / "lock").open("w") as lock, ExitStack() as stack:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield Databases(home, stack)


def _load(url: str, size: Size) -> None:
    print(f"loading {size.violations:,} violations into {url.split(':')[0]}", file=sys.stderr)
    upgrade(url)
    database = Database(url)
    stream = history(size, HISTORY_NOW_MS)
    while batch := list(islice(stream, _BATCH)):
        ingest_events(database, batch, HISTORY_NOW_MS, live=False)
    database.close()
    if database.is_postgresql:
        # What autovacuum would have come to do in the middle of a row.
        with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
            connection.execute("VACUUM ANALYZE")


def _names(cluster: Cluster, start: str) -> list[str]:
    with psycopg.connect(host=str(cluster.folder), user="modwatch", dbname="postgres") as server:
        rows = server.execute("SELECT datname FROM pg_database").fetchall()
    return [name for (name,) in rows if name.startswith(start)]


def _template_name(size: Size) -> str:
    """Named by all that decides what is in it."""
    digest = hashlib.sha256(repr(size).encode() + Path(events.__file__).read_bytes())
    for file in sorted(MIGRATIONS.glob("versions/*.py")):
        digest.update(file.read_bytes())
    return f"{size.name}_{digest.hexdigest()[:12]}"


def _others_may_enter(folder: Path) -> bool:
    """PostgreSQL does not run as root, so its user must get to the data."""
    return all(place.stat().st_mode & 0o001 for place in (folder, *folder.parents))
