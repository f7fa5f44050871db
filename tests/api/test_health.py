"""Alive, ready, healthy: also without the database, without its tables, without Redis."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from werkzeug.test import TestResponse

from adapters.discord.login import DiscordAwayError, DiscordRefusedError
from adapters.settings import ROOT
from schemas.answers.operations import CHECKS
from services.alerts.watch import note_standing
from services.container import system_clock
from services.operations.health import OF_RABBITMQ, RUNBOOKS
from tests.api.routes import routes
from tests.discord.server import Discord
from tests.parts import (
    GUILD,
    Clock,
    Web,
    ingest,
    make_web,
    messages,
    settings_for,
    until,
    violation,
)
from tests.servers.postgres import TEMPLATE, Cluster
from tests.servers.scratch import scratch_folder
from tests.servers.valkey import Valkey

PATHS = [f"/api/v1/servers/{GUILD}/{name}" for name in ("metrics", "violations", "rules", "health")]


@pytest.fixture(scope="module")
def own_cluster() -> Iterator[Cluster]:
    """A PostgreSQL server that may be stopped: nobody else uses it."""
    with scratch_folder("own") as folder:
        # What is committed has to be there again after the server was ended at once.
        cluster = Cluster(folder, settings=("fsync=off", "max_connections=60"))
        try:
            cluster.start()
            yield cluster
        finally:
            cluster.stop()


@pytest.fixture
def web_of_own(own_cluster: Cluster, valkey: Valkey, tmp_path: Path) -> Iterator[Web]:
    """Who a caller is stays known there, however long it takes to stop the server."""
    settings = settings_for(own_cluster.url(TEMPLATE), tmp_path, valkey.url)
    made = make_web(settings, timer=lambda: 0.0)
    yield made
    made.parts.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def web_without_tables(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Web]:
    """On a database that nobody has migrated."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path / 'empty.db'}"
    else:
        cluster: Cluster = request.getfixturevalue("postgres")
        cluster.execute("CREATE DATABASE {}", "empty")
        url = cluster.url("empty")
    valkey: Valkey = request.getfixturevalue("valkey")
    made = make_web(settings_for(url, tmp_path, valkey.url), loops=True)
    yield made
    made.parts.close()
    if request.param == "postgresql":
        cluster.drop("empty")


def is_away(answer: TestResponse) -> bool:
    """A 503 as clients and load balancers expect it."""
    body: Any = answer.json
    assert answer.status_code == 503, answer.data
    assert int(answer.headers["Retry-After"]) >= 1
    assert answer.content_type == "application/problem+json"
    return bool(body["detail"])


def test_alive_and_ready(web: Web) -> None:
    client = web.client()
    assert client.get("/health/live").json == {"status": "alive"}
    assert client.get("/health/ready").json == {"status": "ready", "live_events": "up"}


def test_health_names_every_part(web: Web) -> None:
    answer = web.client().get("/health")
    body: Any = answer.json
    assert answer.status_code == 200
    assert body["status"] == "degraded"  # no worker runs in this test
    assert set(body["version"]) == {"version", "commit", "built_at"}
    assert set(body["checks"]) == set(CHECKS)
    for check in body["checks"].values():
        assert set(check) == {"status", "message", "response_time_ms", "runbook"}
        assert (check["runbook"] is None) == (check["status"] == "healthy")
        assert check["response_time_ms"] >= 0
    states = {name: check["status"] for name, check in body["checks"].items()}
    assert states["database"] == states["cache"] == states["broker"] == "healthy"
    assert states["workers"] == states["beat"] == "degraded"


def test_a_worker_and_beat_show_as_soon_as_they_give_a_sign(web: Web) -> None:
    from adapters.redis.pulse import Pulse

    Pulse(web.parts.redis).worker_lives("worker@host", web.clock())
    Pulse(web.parts.redis).beat_lives(web.clock())
    body: Any = web.client().get("/health").json
    assert body["status"] == "healthy"
    web.clock.advance(20_000)
    body = web.client().get("/health").json
    assert body["checks"]["workers"]["status"] == "degraded"
    assert body["checks"]["beat"]["status"] == "healthy"
    web.clock.advance(100_000)
    body = web.client().get("/health").json
    assert body["checks"]["beat"]["status"] == "degraded"


def test_alerts_that_no_sweep_looks_at_are_degraded(web_on_sqlite: Web) -> None:
    web = web_on_sqlite

    def status() -> str:
        body: Any = web.client().get("/health").json
        return str(body["checks"]["alerts"]["status"])

    note_standing(web.parts.database, web.clock())
    assert status() == "healthy"
    web.clock.advance(121_000)
    assert status() == "degraded"


def test_every_check_has_a_runbook_to_read() -> None:
    assert set(RUNBOOKS) == set(CHECKS)
    for name in (*RUNBOOKS.values(), OF_RABBITMQ):
        assert (ROOT / "runbooks" / f"{name}.md").is_file()
    # A backup that is late is no reason to put one back.
    assert "restore" not in RUNBOOKS.values()


@pytest.mark.parametrize(
    ("named", "runbook"),
    [
        ({"BROKER_URL": "amqp://u:p@127.0.0.1:1/v"}, "ModwatchBrokerAway"),
        ({"BROKER_URL": "redis://127.0.0.1:1/1"}, "redis-failover"),
        ({}, "redis-failover"),
    ],
)
def test_the_runbook_of_the_broker_is_that_of_what_is_away(
    sqlite_url: str, tmp_path: Path, named: dict[str, str], runbook: str
) -> None:
    web = make_web(settings_for(sqlite_url, tmp_path, "redis://127.0.0.1:1/0", **named))
    body: Any = web.client().get("/health").json
    web.parts.close()
    assert body["checks"]["broker"]["status"] == "degraded"
    assert body["checks"]["broker"]["runbook"] == runbook
    assert body["checks"]["cache"]["runbook"] == "redis-failover"


def test_discord_is_as_whoever_asked_it_last_found_it(
    sqlite_url: str, valkey: Valkey, discord: Discord, tmp_path: Path
) -> None:
    """All processes know what one found out; with Redis away, each of its own questions."""
    named = {name.removeprefix("MODWATCH_"): text for name, text in discord.settings().items()}
    settings = settings_for(sqlite_url, tmp_path, valkey.url, **named)
    clock = Clock(system_clock())
    asking, other = make_web(settings, clock), make_web(settings, clock)
    user = discord.world.add_user(username="ada").id

    def state(web: Web) -> str:
        answer = web.client().get("/health")
        body: Any = answer.json
        assert answer.status_code == 200
        return str(body["checks"]["discord_api"]["status"])

    assert asking.parts.discord_users.get(user) is not None
    assert (state(asking), state(other)) == ("healthy", "healthy")
    discord.faults.fail("GET /users/@me", 503)
    with pytest.raises(DiscordAwayError):
        asking.parts.discord.user("any")
    assert (state(asking), state(other)) == ("degraded", "degraded")
    with pytest.raises(DiscordRefusedError):
        asking.parts.discord.user("any")  # it knows no such token, but it answers
    assert (state(asking), state(other)) == ("healthy", "healthy")
    discord.go_away()
    with pytest.raises(DiscordAwayError):
        asking.parts.discord_users.get(user)
    assert (state(asking), state(other)) == ("degraded", "degraded")
    valkey.stop()
    assert state(asking) == "degraded"
    valkey.start()
    clock.advance(10 * 60_000)
    assert state(asking) == "healthy"
    discord.come_back()
    for web in (asking, other):
        web.parts.close()


def test_without_the_database_everything_asks_to_come_back(
    web_of_own: Web, own_cluster: Cluster
) -> None:
    web = web_of_own
    token, bot_token = web.api_token(), web.bot_token()
    ingest(web.client(bot_token), messages())
    reader, bot = web.client(token), web.client(bot_token)
    assert all(reader.get(path).status_code == 200 for path in PATHS)
    own_cluster.stop()
    try:
        web.parts.access.forget()
        for path in PATHS:
            assert is_away(reader.get(path)), path
        assert is_away(ingest(bot, violation()))
        assert is_away(web.client().get("/health/ready"))
        assert web.client().get("/health/live").status_code == 200
        health = web.client().get("/health")
        body: Any = health.json
        assert (health.status_code, body["status"]) == (503, "unhealthy")
        assert int(health.headers["Retry-After"]) >= 1
        assert body["checks"]["database"]["status"] == "unhealthy"
        assert body["checks"]["cache"]["status"] == "healthy"
    finally:
        own_cluster.serve()
    assert ingest(bot, violation()).status_code == 202
    assert all(reader.get(path).status_code == 200 for path in PATHS)
    assert web.client().get("/health/ready").status_code == 200


def test_a_database_that_goes_away_while_callers_are_known(
    web_of_own: Web, own_cluster: Cluster
) -> None:
    """What this process has is answered; what it has not is a 503, in the middle of a login."""
    web = web_of_own
    reader = web.reader()
    assert reader.get(PATHS[0]).headers["X-Cache"] != "local"
    own_cluster.stop()
    try:
        assert reader.get(PATHS[0]).headers["X-Cache"] == "local"
        assert is_away(reader.get(PATHS[1]))
    finally:
        own_cluster.serve()
    assert reader.get(PATHS[1]).status_code == 200


def test_an_event_that_waits_for_long_makes_a_process_unready(
    sqlite_url: str, tmp_path: Path
) -> None:
    seconds = [100.0]
    web = make_web(settings_for(sqlite_url, tmp_path), timer=lambda: seconds[0])
    bot = web.bot()
    other = sqlite3.connect(sqlite_url.removeprefix("sqlite:///"), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    sending = Thread(target=ingest, args=(bot, violation()))
    sending.start()
    # A clock that runs ahead: nothing here lasts so long.
    until(lambda: _advanced(web, seconds) > 10, 60, "a request that waits")
    assert is_away(web.client().get("/health/ready"))
    other.rollback()
    sending.join()
    assert web.client().get("/health/ready").status_code == 200
    web.parts.close()


def _advanced(web: Web, seconds: list[float]) -> float:
    seconds[0] += 11
    return web.parts.ingest.longest_wait_seconds


def test_without_its_tables_nothing_is_a_500(web_without_tables: Web) -> None:
    """A deployment that started the web process before the migrations."""
    web = web_without_tables
    assert is_away(ingest(web.client("mwb_" + "x" * 43), violation()))
    assert is_away(web.client().get("/health/ready"))
    assert web.client().get("/health/live").status_code == 200
    for route in routes(web.app):
        if route.access == "public" or "<path:" in route.rule.rule:
            continue
        for method in route.methods:
            answer = web.client("mw_" + "x" * 43).open(route.address, method=method)
            assert is_away(answer), (method, route.address)


def test_ready_and_health_say_that_migrations_are_missing(web_without_tables: Web) -> None:
    body: Any = web_without_tables.client().get("/health/ready").json
    assert "modwatch db upgrade" in body["detail"]
    health = web_without_tables.client().get("/health")
    said: Any = health.json
    assert (health.status_code, said["status"]) == (503, "unhealthy")
    assert said["checks"]["database"]["message"] == body["detail"]
    assert said["checks"]["database"]["runbook"] == "database-failover"
