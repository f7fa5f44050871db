"""The database or Redis goes away: what every route of the contract answers meanwhile."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.api.contract import CONTRACT, Promise
from tests.api.world import OUTSIDE, World
from tests.log_lines import check_seldom, lines_of
from tests.parts import GUILD, make_web, settings_for
from tests.servers.postgres import TEMPLATE, Cluster
from tests.servers.scratch import scratch_folder
from tests.servers.valkey import Valkey


def make_world(database_url: str, valkey: Valkey, folder: Path) -> World:
    settings = settings_for(database_url, folder, valkey.url, DEMO="1", **OUTSIDE)
    return World(make_web(settings, loops=True))


def test_without_redis_every_route_answers_as_promised(
    database_url: str, valkey: Valkey, tmp_path: Path
) -> None:
    world = make_world(database_url, valkey, tmp_path)
    valkey.stop()
    try:
        for promise in CONTRACT:
            client = world.web.bot() if promise.who == "bot" else world.log_in("owner")
            answer = world.ask(promise, client)
            assert answer.status_code == promise.status, (promise, answer.data)
    finally:
        valkey.start()
        world.web.parts.close()


@pytest.fixture
def own_cluster() -> Iterator[Cluster]:
    with scratch_folder("own") as folder:
        cluster = Cluster(folder, settings=("fsync=off", "max_connections=60"))
        cluster.start()
        yield cluster
        cluster.stop()


def test_without_the_database_every_route_asks_to_come_back(
    own_cluster: Cluster, valkey: Valkey, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """What needs no database is answered; nothing is any other error than a 503."""
    world = make_world(own_cluster.url(TEMPLATE), valkey, tmp_path)
    owner, bot = world.log_in("owner"), world.web.bot()
    prepared = [
        (promise, world.address(promise, owner), world.body(promise, GUILD)) for promise in CONTRACT
    ]
    own_cluster.stop()
    try:
        for promise, path, body in prepared:
            world.web.parts.access.forget()
            client = bot if promise.who == "bot" else owner
            answer = client.open(path, method=promise.method, json=body)
            assert answer.status_code in _answers_without_database(promise), (promise, answer.data)
            if answer.status_code == 503 and promise.path != "/health":
                shown: Any = answer.json
                assert shown["error"] == "the database cannot be reached"
                assert int(answer.headers["Retry-After"]) >= 1
    finally:
        world.web.parts.close()
    check_seldom(lines_of("database_away", capfd.readouterr().err))


def _answers_without_database(promise: Promise) -> set[int]:
    return {promise.status, 503} if promise.who == "public" else {503}
