"""The database keeps a web process waiting: another program writes for long, or it is frozen.

What does not need it goes on, what does is told to come back, and then all is well again by itself.
"""

from __future__ import annotations

import signal
import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path

import httpx
import pytest

from adapters.database import Database
from services.container import system_clock
from tests.parts import GUILD, make_token, until, violation
from tests.servers.postgres import Cluster
from tests.servers.scratch import scratch_folder
from tests.servers.web import WebProcess

pytestmark = pytest.mark.faults
# Less than a wait without end, more than anything takes on a busy machine.
PATIENCE_SECONDS = 25.0


@contextmanager
def serving(folder: Path, database_url: str) -> Iterator[WebProcess]:
    web = WebProcess(
        folder,
        {
            "MODWATCH_DATABASE_URL": database_url,
            "MODWATCH_REDIS_URL": "none",
            "MODWATCH_RATE_LIMITS": "0",
        },
    )
    web.start()
    try:
        web.wait_until_up()
        yield web
    finally:
        web.stop()


def client(web: WebProcess, database_url: str, kind: str) -> httpx.Client:
    with closing(Database(database_url)) as database:
        role = "viewer" if kind == "api" else None
        token = make_token(database, kind, [GUILD], role, system_clock())
    headers = {"Authorization": f"Bearer {token}"}
    return httpx.Client(base_url=web.url, headers=headers, timeout=PATIENCE_SECONDS)


def send(bot: httpx.Client) -> httpx.Response:
    return bot.post("/api/v1/ingest", json={"events": [violation(GUILD, system_clock())]})


def test_others_are_served_while_another_program_writes(sqlite_url: str, tmp_path: Path) -> None:
    with (
        serving(tmp_path, sqlite_url) as web,
        client(web, sqlite_url, "bot") as bot,
        client(web, sqlite_url, "api") as reader,
        ThreadPoolExecutor(8) as pool,
        closing(sqlite3.connect(sqlite_url.removeprefix("sqlite:///"))) as other,
    ):
        assert send(bot).status_code == 202
        other.execute("BEGIN IMMEDIATE")
        waiting = [pool.submit(send, bot) for _ in range(8)]
        for path in ("/health/live", "/health/ready", f"/api/v1/servers/{GUILD}/violations") * 3:
            assert reader.get(path).status_code == 200
        refused = [one.result() for one in waiting]
        assert {one.status_code for one in refused} == {503}
        assert all(int(one.headers["Retry-After"]) >= 1 for one in refused)
        assert {one.json()["detail"] for one in refused} == {"the database is busy: try again"}
        other.rollback()
        until(lambda: send(bot).status_code == 202, PATIENCE_SECONDS, "events taken again")


@pytest.fixture
def own_postgres() -> Iterator[Cluster]:
    with scratch_folder("frozen") as folder:
        cluster = Cluster(folder)
        cluster.start()
        yield cluster
        cluster.stop()


@contextmanager
def frozen(cluster: Cluster) -> Iterator[None]:
    """Every process of the server stands still: connections stay open, nothing is answered."""
    cluster.send(signal.SIGSTOP)
    try:
        yield
    finally:
        cluster.send(signal.SIGCONT)


def test_a_frozen_server_is_not_waited_for(own_postgres: Cluster, tmp_path: Path) -> None:
    url = own_postgres.url(own_postgres.create())
    with (
        serving(tmp_path, url) as web,
        client(web, url, "bot") as bot,
        client(web, url, "api") as reader,
        ThreadPoolExecutor(6) as pool,
    ):
        assert send(bot).status_code == 202
        path = f"/api/v1/servers/{GUILD}/violations"
        assert reader.get(path).status_code == 200
        with frozen(own_postgres):
            asked = [pool.submit(send, bot) for _ in range(3)]
            asked += [pool.submit(reader.get, path) for _ in range(3)]
            assert reader.get("/health/live").status_code == 200
            assert reader.get("/health/ready").status_code == 503
            checks = reader.get("/health").json()["checks"]
            assert checks["database"]["status"] == "unhealthy"
            # It was given up on once, not by each check again.
            asked_anew = ("snapshots", "alerts", "secrets")
            assert {checks[name]["message"] for name in asked_anew} == {
                "not known: the database cannot be reached"
            }
            for one in asked:
                assert one.result().status_code == 503
                assert int(one.result().headers["Retry-After"]) >= 1
        until(lambda: send(bot).status_code == 202, PATIENCE_SECONDS, "events taken again")
        assert reader.get(path).json()["total"] >= 2
