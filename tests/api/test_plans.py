"""Whatever a request or a task asks of the database, an index answers: none reads a whole table."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from models.accounts.logins import end_expired_logins
from models.rollups.counts import prune_minutes
from services.live.outbox import publish_outbox
from services.snapshots.materialise import mark_slid
from tests.api.contract import CONTRACT, Promise
from tests.api.world import OUTSIDE, World
from tests.models.plans import explained, scanned_tables
from tests.parts import event, ingest, make_web, messages, settings_for, violation
from tests.servers.valkey import Valkey

# The tables are small: PostgreSQL is told to read one as a whole only where it cannot do otherwise.
# What waits there is what is wanted, in order, a batch at a time.
QUEUES = {"outbox", "dirty_guilds", "wanted_users", "long_work"}
ONE_ROW = {"incarnation"}  # read whenever live events go out, beside any request
NO_SCANS = "options=-c%20enable_seqscan%3Doff"


@pytest.fixture
def world(database_url: str, valkey: Valkey, tmp_path: Path) -> Iterator[World]:
    url = database_url
    if url.startswith("postgresql"):
        url += f"{'&' if '?' in url else '?'}{NO_SCANS}"
    bot = {"DISCORD_BOT_TOKEN": "x", "DISCORD_API_URL": "http://127.0.0.1:9"}
    made = World(make_web(settings_for(url, tmp_path, valkey.url, DEMO="1", **OUTSIDE, **bot)))
    yield made
    made.web.parts.close()


def scanned(world: World, work: Callable[[], object]) -> set[str]:
    database = world.web.parts.database
    with explained(database) as plans:
        work()
    return {table for plan in plans for table in scanned_tables(database, plan)} - QUEUES - ONE_ROW


def _assert_a_scan_is_noticed(world: World) -> None:
    database = world.web.parts.database

    def read_all() -> None:
        with database.read() as connection:
            connection.exec_driver_sql("SELECT count(*) FROM appeals WHERE status || '' = 'x'")

    assert scanned(world, read_all) == {"appeals"}


def _client(world: World, promise: Promise) -> FlaskClient:
    """With a token where that will do: a login of the demo has a role in all its guilds."""
    if promise.who == "bot":
        return world.web.bot()
    is_for_people = promise.who in ("person", "public")
    return world.log_in("owner") if is_for_people else world.web.reader(role="owner")


def test_no_request_reads_a_whole_table(world: World) -> None:
    _assert_a_scan_is_noticed(world)
    for promise in CONTRACT:
        client = _client(world, promise)
        world.web.parts.access.forget()
        world.web.parts.snapshots.forget_all()
        tables = scanned(world, lambda: world.ask(promise, client))  # noqa: B023
        assert tables <= _short_reads(promise), promise


def _short_reads(promise: Promise) -> set[str]:
    """Tables that are read along an index to an end which a plan does not show."""
    if promise.path in ("/health", "/metrics"):
        # All that is open or waits, by the index of these; what fails now; twenty sealed values.
        few = {"report_schedules", "report_occurrences", "put_aside"}
        return few | {"export_history", "alerts", "channels", "deliveries", "login_sessions"}
    if promise.path.endswith("/bot/changes"):
        return {"bot_changes"}  # those that wait, by their own index
    # Whoever looks around in the demo has a role in every guild of it.
    is_demo = promise.who == "person" or promise.path.endswith("/auth/demo")
    return {"guilds"} if is_demo else set()


def test_no_task_reads_a_whole_table(world: World) -> None:
    web, parts = world.web, world.web.parts
    now_ms = web.clock()

    def prune() -> None:
        with parts.database.write() as connection:
            prune_minutes(connection, now_ms)
            end_expired_logins(connection, now_ms)

    ingest(web.bot(), violation(), messages(), event("user", user_id="41", username="ada"))
    tasks = {
        "materialise": web.materialise,
        "slide": lambda: mark_slid(parts.database, now_ms),
        "publish": lambda: publish_outbox(parts.database, parts.stream, parts.values, parts.clock),
        "collect": parts.resolver.write_down_wanted,
        "resolve": parts.resolver.resolve,
        "makers": parts.makers.ask,
        "prune": prune,
    }
    found = {name: scanned(world, work) for name, work in tasks.items()}
    # Of minutes there are three hours, and they are pruned once in a while.
    assert found.pop("prune") <= {"rollup_minutes"}
    # So few snapshots PostgreSQL goes through by their key; SQLite shows that there is an index.
    if world.web.parts.database.is_postgresql:
        del found["slide"]
    assert not any(found.values()), found
