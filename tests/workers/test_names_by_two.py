"""Two worker processes find out names under one Discord's limits, which it enforces.

UNKNOWN_USERS=1000 asks for more users than usual; `-s` shows what it took.
"""

from __future__ import annotations

import os
import time
from bisect import bisect_left
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from celery import Celery
from flask.testing import FlaskClient

from adapters.broker import broker_url
from adapters.redis.pulse import Pulse
from domain.task_names import TaskName
from services.container import system_clock
from tests.discord.journal import Journal
from tests.discord.server import Discord
from tests.parts import GUILD, Clock, Web, ingest, make_web, settings_for, until, violation
from tests.servers.valkey import Valkey
from tools.run import worker_process
from tools.supervisor import Child

UNKNOWN_USERS = int(os.environ.get("UNKNOWN_USERS", "150"))
GONE = 5  # of them, whom Discord does not know
ROUTE = "GET /users/{user_id}"
PAGE = 200


class SystemClock(Clock):
    """That of the workers: what they stored is of no future, however long they take."""

    def __call__(self) -> int:
        return system_clock()


@pytest.fixture
def web(
    postgres_url: str,
    valkey: Valkey,
    discord: Discord,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Web]:
    """A web process here; the workers get its settings from the environment."""
    environ = discord.settings() | {
        "MODWATCH_DATABASE_URL": postgres_url,
        "MODWATCH_REDIS_URL": valkey.url,
        "MODWATCH_DATA_DIR": str(tmp_path),
        "MODWATCH_LOG_LEVEL": "warning",
    }
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    more = {name.removeprefix("MODWATCH_"): value for name, value in discord.settings().items()}
    settings = settings_for(postgres_url, tmp_path, valkey.url, **more)
    web = make_web(settings, SystemClock(), loops=True)
    yield web
    web.parts.close()


@pytest.fixture
def workers(web: Web) -> Iterator[list[Child]]:
    started = []
    for number in (1, 2):
        like = worker_process(web.parts.settings)
        started.append(Child(f"worker {number}", (*like.command, "--hostname", f"{number}@%h")))
    yield started
    for child in started:
        child.ask_to_end()
    until(lambda: all(child.exit_code() is not None for child in started), 60, "both ends")


def test_all_are_named_and_no_limit_is_met(
    web: Web, workers: list[Child], discord: Discord
) -> None:
    discord.limits.set_route(ROUTE, 60, window_seconds=1.5)
    discord.limits.set_invalid(10)
    ids = meet_strangers(web, discord)
    reader = web.reader()
    assert set(names(reader).values()) == {None}
    pulse = Pulse(web.parts.redis)
    for child in workers:
        child.start()
    until(lambda: pulse.workers(system_clock()) == 2, 60, "a sign of life of both workers")
    began = time.monotonic()
    web.parts.resolver.write_down_wanted()
    # As a second process that showed them would have done: each worker is at it from the start.
    web.parts.queue.enqueue(TaskName.RESOLVE_USERS)
    until(lambda: None not in names(reader).values(), 120, "a name for everybody")
    took = time.monotonic() - began
    expected = {str(id): f"user{number}" for number, id in enumerate(ids[GONE:])}
    gone = {str(id): f"Deleted User #{str(id)[-6:]}" for id in ids[:GONE]}
    assert names(reader) == expected | gone
    journal, shares = discord.journal, batches(web)
    print(
        f"\n{len(ids)} users, {journal.count(ROUTE)} requests in {took:.1f} s, "
        f"at most {busiest_second(journal)} in one second, {journal.count(status=429)} refused; "
        f"batches of each worker: {shares}"
    )
    assert journal.count() == journal.count(ROUTE) == len(ids)
    assert journal.count(status=429) == 0
    assert journal.repeated(ROUTE) == []
    assert all(shares)


def meet_strangers(web: Web, discord: Discord) -> list[int]:
    """One violation each of users nobody knows; the first GONE have left Discord."""
    gone = [discord.world.snowflake() for _ in range(GONE)]
    there = [
        discord.world.add_user(username=f"user{number}").id
        for number in range(UNKNOWN_USERS - GONE)
    ]
    events = [violation(timestamp_ms=web.clock(), user_id=str(id)) for id in gone + there]
    assert ingest(web.bot(GUILD), *events).status_code == 202
    return gone + there


def names(reader: FlaskClient) -> dict[str, str | None]:
    """As the list of violations shows them, page by page."""
    shown: dict[str, str | None] = {}
    path = f"/api/v1/servers/{GUILD}/violations?limit={PAGE}"
    cursor = ""
    while True:
        answer = reader.get(f"{path}&cursor={cursor}").get_json()
        shown |= {one["user_id"]: one["username"] for one in answer["violations"]}
        cursor = answer["next_cursor"]
        if cursor is None:
            return shown


def busiest_second(journal: Journal) -> int:
    times = sorted(seen.at_ms for seen in journal.requests(ROUTE))
    return max(bisect_left(times, at_ms + 1000) - place for place, at_ms in enumerate(times))


def batches(web: Web) -> list[int]:
    """How many each worker did, as they say themselves."""
    app = Celery(broker=broker_url(web.parts.settings.redis_url or ""), set_as_current=False)
    stats: dict[str, Any] = {}

    def all_said() -> bool:
        stats.update(app.control.inspect(timeout=2, limit=2).stats() or {})
        return len(stats) == 2

    until(all_said, 60, "the word of both workers")
    return [one["total"].get(TaskName.RESOLVE_USERS.value, 0) for one in stats.values()]
