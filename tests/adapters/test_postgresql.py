"""Addresses of PostgreSQL: several hosts, a pooler between, an encoding without every text."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from adapters.database import Database
from adapters.migrations import is_current
from adapters.postgresql import connection_arguments
from adapters.process.tether import die_with_parent
from adapters.settings import ROOT
from services.operations.rollups import verify
from tests.command_line import CommandLine
from tests.parts import NOW_MS, ingest, make_web, settings_for, until, violation
from tests.servers.postgres import FAST, Cluster
from tests.servers.scratch import scratch_folder


def test_the_address_has_the_last_word() -> None:
    _, told = connection_arguments("postgresql+psycopg://h/d?keepalives_idle=3&connect_timeout=9")
    assert told == {
        "keepalives": 1,
        "keepalives_interval": 5,
        "keepalives_count": 3,
        "tcp_user_timeout": 15_000,
    }
    address, told = connection_arguments("postgresql+psycopg://h/d?modwatch_pooler=transaction")
    assert (address.query, told["prepare_threshold"]) == ({}, None)
    assert (told["keepalives_idle"], told["connect_timeout"]) == (10, 2)


@pytest.fixture
def other_cluster() -> Iterator[Cluster]:
    """An empty server that may be stopped and frozen."""
    with scratch_folder("hosts") as folder:
        cluster = Cluster(folder, settings=FAST)
        try:
            cluster.serve()
            yield cluster
        finally:
            cluster.stop()  # at once, as well where it is frozen


def test_several_hosts(postgres: Cluster, other_cluster: Cluster) -> None:
    """Whichever takes writes; one that went silent is not taken for well because another is."""
    hosts = f"{other_cluster.folder},{postgres.folder}"
    url = f"postgresql+psycopg://modwatch@/postgres?host={hosts}&target_session_attrs=read-write"
    with closing_database(url) as database:
        assert place(database) == str(other_cluster.folder)
        with pytest.raises(OperationalError, match="gives no answer"):
            freeze_while_reading(database, other_cluster)
        other_cluster.send(signal.SIGCONT)
        other_cluster.stop()
        until(lambda: place(database) == str(postgres.folder), 120, "the other host")


def freeze_while_reading(database: Database, cluster: Cluster) -> None:
    with ThreadPoolExecutor(1) as pool, database.read() as connection:
        cluster.send(signal.SIGSTOP)
        pool.submit(connection.execute, text("SELECT 1")).result(30)


class closing_database(Database):
    def __init__(self, url: str) -> None:
        super().__init__(url, pool_size=2)

    def __enter__(self) -> Database:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def place(database: Database) -> str:
    try:
        with database.write() as connection:
            found = connection.execute(text("SHOW unix_socket_directories")).scalar_one()
    except OperationalError:
        return "nowhere"
    return str(found)


@pytest.fixture
def pooled(postgres: Cluster) -> Iterator[str]:
    """The address of an empty database behind PgBouncer: transactions share two connections."""
    program = shutil.which("pgbouncer", path=f"{os.environ['PATH']}:/usr/sbin")
    if program is None:
        pytest.skip("pgbouncer is missing")
    postgres.execute("CREATE DATABASE {}", "pooled")
    with scratch_folder("pooler") as folder:
        settings = folder / "pgbouncer.ini"
        settings.write_text(
            f"[databases]\npooled = host={postgres.folder} dbname=pooled user=modwatch\n"
            f"[pgbouncer]\nlisten_port = 6432\nunix_socket_dir = {folder}\nauth_type = any\n"
            "pool_mode = transaction\ndefault_pool_size = 2\n"
            "ignore_startup_parameters = extra_float_digits\n"
        )
        user = "nobody" if os.geteuid() == 0 else None  # it refuses to run as root
        if user:
            os.chown(folder, pwd.getpwnam(user).pw_uid, -1)
        with (folder / "log").open("wb") as log:
            server = subprocess.Popen(
                [program, str(settings)],
                user=user,
                stdout=log,
                stderr=log,
                preexec_fn=partial(die_with_parent, os.getpid()),
            )
        url = f"postgresql+psycopg://modwatch@/pooled?host={folder}&port=6432"
        try:
            until(lambda: answers(url), 60, "an answer of PgBouncer")
            yield url
        finally:
            server.kill()
            server.wait()
    postgres.drop("pooled")


def answers(url: str) -> bool:
    try:
        psycopg.connect(url.replace("+psycopg", "")).close()
    except psycopg.OperationalError:
        return False
    return True


def test_through_a_pooler(pooled: str, tmp_path: Path) -> None:
    settings = settings_for(pooled, tmp_path, DATABASE_POOLER="transaction")
    # Two at once: the lock of one must not stay behind on a connection that others get.
    line = CommandLine(pooled, tmp_path)
    both = [line.start("db", "upgrade", MODWATCH_DATABASE_POOLER="transaction") for _ in "12"]
    assert [one.wait(120) for one in both] == [0, 0]
    with ThreadPoolExecutor(8) as pool:
        web = make_web(settings, loops=True)
        assert is_current(web.parts.database)
        bot, reader = web.bot_token(), web.api_token()
        sent = list(pool.map(lambda _: ingest(web.client(bot), violation()), range(60)))
        assert {answer.status_code for answer in sent} == {202}
        path = "/api/v1/servers/700/violations"
        read = list(pool.map(lambda _: web.client(reader).get(path), range(40)))
        assert {answer.status_code for answer in read} == {200}
        web.materialise()
    assert verify(web.parts.database, None, NOW_MS) == []
    web.parts.close()


def test_a_database_in_another_encoding_stops_the_start(postgres: Cluster, tmp_path: Path) -> None:
    with postgres.connect() as connection:
        connection.execute("CREATE DATABASE latin ENCODING 'LATIN1' TEMPLATE template0 LOCALE 'C'")
    given = {"DATABASE_URL": postgres.url("latin"), "DATA_DIR": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-m", "flask", "--app", "wsgi", "routes"],
        cwd=ROOT,
        env=os.environ | {f"MODWATCH_{name}": value for name, value in given.items()},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode != 0
    (line,) = done.stderr.splitlines()
    assert "MODWATCH_DATABASE_URL leads to a database in LATIN1" in line
    postgres.drop("latin")
