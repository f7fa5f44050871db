"""The web process is killed while bots send, and started before the database is migrated."""

from __future__ import annotations

from collections.abc import Callable

import httpx
import pytest

from adapters.migrations import upgrade
from tests.faults.clients import Bot
from tests.faults.stack import REQUEST_SECONDS, SWEPT_SECONDS, Stack, kill
from tests.faults.truth import check_counts, check_streams, is_clean, is_published
from tests.parts import until, violation
from tests.servers.postgres import Cluster

pytestmark = pytest.mark.faults
GUILDS = [6001, 6002]


def test_what_a_bot_sends_again_counts_once(stack_on_postgres: Stack) -> None:
    """A killed process may have committed what it could not answer any more."""
    stack = stack_on_postgres
    bots = [Bot(stack.client(), GUILDS) for _ in range(3)]
    for bot in bots:
        bot.start()
    for _ in range(3):
        before = sum(bot.accepted for bot in bots)
        until(lambda: sum(bot.accepted for bot in bots) > before + 30, 60, "more events")  # noqa: B023
        kill(stack.web)
        stack.start_web()
    for bot in bots:
        bot.stop()
    until(lambda: is_clean(stack.database), SWEPT_SECONDS, "snapshots of every guild")
    until(lambda: is_published(stack.database), SWEPT_SECONDS, "all events published")
    statuses = {status for bot in bots for status in bot.seen if isinstance(status, int)}
    assert statuses == {202}
    check_counts(stack.database, bots)
    check_streams(stack, bots)


def test_a_start_before_the_migrations(
    make_stack: Callable[[str], Stack], postgres: Cluster
) -> None:
    """Everything is up and asks to come back; once migrated, it works without another start."""
    postgres.execute("CREATE DATABASE {}", "unmigrated")
    url = postgres.url("unmigrated")
    stack = make_stack(url)
    with httpx.Client(
        base_url=stack.url,
        headers={"Authorization": "Bearer mwb_" + "x" * 43},
        timeout=REQUEST_SECONDS,
    ) as client:
        refused = client.post("/api/v1/ingest", json={"events": [violation()]})
        assert refused.status_code == 503
        assert int(refused.headers["Retry-After"]) >= 1
        assert client.get("/health/ready").status_code == 503
        assert client.get("/health").json()["checks"]["workers"]["message"] == "1 alive"
    upgrade(url)
    bot = Bot(stack.client(), GUILDS)
    bot.send(bot.batch())
    assert bot.seen == {202: 1}
    until(
        lambda: is_clean(stack.database),
        SWEPT_SECONDS,
        "snapshots by a worker that had failed before",
    )
    check_counts(stack.database, [bot])
    stack.end()
    postgres.drop("unmigrated")
