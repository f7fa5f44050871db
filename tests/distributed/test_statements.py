"""Every request and task, as a distributed database has them: nothing that Citus would refuse.

Tried on captured statements only: no Citus is asked.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from threading import Event
from uuid import uuid4

import pytest
from alembic import command
from sqlalchemy import text

from adapters.database import Database
from adapters.migrations import alembic_config
from models.placement import misplaced
from services.deliveries.claiming import claim_due
from services.operations import upkeep
from services.operations.rollups import rebuild, verify
from services.reports.tick import tick
from services.work.kinds import long_worker
from tests.api.contract import CONTRACT, Promise
from tests.api.world import OUTSIDE, World
from tests.distributed.refused import complaints, functions_in_changes
from tests.distributed.watch import watched
from tests.parts import GUILD, OTHER_GUILD, ingest, make_web, messages, settings_for, violation
from tests.servers.valkey import Valkey

# Migrations up to this one are older than distributed databases.
BEFORE = "0022"
NOT_IMMUTABLE = "SELECT proname FROM pg_proc WHERE proname = ANY(:names) AND provolatile <> 'i'"
GUILDS = [GUILD, OTHER_GUILD, 900, 901]


@pytest.fixture
def world(postgres_url: str, valkey: Valkey, tmp_path: Path) -> Iterator[World]:
    more = {"DATABASE_DISTRIBUTED": "citus", "DISCORD_BOT_TOKEN": "x"}
    more["DISCORD_API_URL"] = "http://127.0.0.1:9"
    settings = settings_for(postgres_url, tmp_path, valkey.url, DEMO="1", **OUTSIDE, **more)
    made = World(make_web(settings))
    yield made
    made.web.parts.close()


def test_each_table_is_placed_and_its_keys_begin_with_guilds() -> None:
    assert list(misplaced()) == []


def test_no_request_or_task_says_what_would_be_refused(world: World) -> None:
    with watched() as watch:
        for promise in CONTRACT:
            assert _asked(world, promise) < 500, promise
        _many_guilds(world)
        _tasks(world)
    assert watch.wrong() == []
    # All of it was looked at: locks of several guilds among them.
    assert len(watch.found) > 400
    assert any("FOR UPDATE" in statement and " guilds" in statement for statement in watch.found)
    assert _stable_functions(world.web.parts.database, watch.found) == []


def _asked(world: World, promise: Promise) -> int:
    if promise.who == "bot":
        client = world.web.bot()
    elif promise.who in ("person", "public"):
        client = world.log_in("owner")
    else:
        client = world.web.reader(role="owner")
    world.web.parts.snapshots.forget_all()
    # Discord and the channels are nowhere: 502 and the like are answers of theirs.
    status = world.ask(promise, client).status_code
    return 0 if status in (502, 503) else status


def _many_guilds(world: World) -> None:
    events = [make(guild) for guild in GUILDS for make in (violation, messages) for _ in range(6)]
    assert ingest(world.web.bot(), *events).status_code == 202
    parts = world.web.parts
    world.web.materialise()
    assert verify(parts.database, None, parts.clock()) == []
    assert rebuild(parts.database, GUILDS[:2], parts.clock()) == 2


def _tasks(world: World) -> None:
    parts = world.web.parts
    upkeep.sweep(parts)
    tick(parts)
    claim_due(parts, uuid4(), 10)
    parts.resolver.write_down_wanted()
    parts.resolver.resolve()
    long_worker(parts, Event()).run_due()
    upkeep.prune(parts)


def _stable_functions(database: Database, statements: Iterable[str]) -> list[str]:
    names = {name for statement in statements for name in functions_in_changes(statement)}
    with database.read() as connection:
        return list(connection.scalars(text(NOT_IMMUTABLE), {"names": sorted(names)}))


def test_migrations_say_nothing_that_would_be_refused(postgres_url: str) -> None:
    config = alembic_config(postgres_url)
    command.downgrade(config, BEFORE)
    with watched() as watch:
        command.upgrade(config, "head")
    assert watch.wrong() == []
    assert not any("TRIGGER" in statement.upper() for statement in watch.found)
    database = Database(postgres_url)
    assert _stable_functions(database, watch.found) == []
    database.close()


_LATERAL = "JOIN LATERAL (SELECT id FROM violations v WHERE v.guild_id = {} LIMIT 5) a ON true"
_KEYS = "SELECT a.id FROM unnest(%(keys)s) AS k(guild_id) "
_TWO = "SELECT 1 FROM guilds g, visits v WHERE g.guild_id = %(one)s AND v.guild_id = %({})s"
VALUES = {"keys": [1, 2], "one": 1, "same": 1, "other": 2}


@pytest.mark.parametrize(
    ("statement", "why"),
    [
        ("SELECT 1 FROM guilds WHERE guild_id IN (%(one)s) FOR UPDATE", None),
        ("SELECT 1 FROM guilds WHERE guild_id = ANY(%(keys)s) FOR UPDATE", "locked without"),
        ("SELECT 1 FROM guilds WHERE guild_id = %(one)s OR true FOR UPDATE", "locked without"),
        (_KEYS + _LATERAL.format("%(one)s"), None),
        (_KEYS + _LATERAL.format("k.guild_id"), "spans guilds"),
        ("SELECT 1 FROM guilds g JOIN violations v ON v.guild_id = g.guild_id", None),
        ("SELECT 1 FROM guilds g JOIN violations v ON v.user_id = g.owner_id", "several guilds"),
        (
            _TWO.format("same"),
            None,
        ),
        (
            _TWO.format("other"),
            "several guilds",
        ),
        ("SELECT 1 FROM guilds g JOIN dirty_guilds d ON d.guild_id = g.guild_id", "is local"),
        (
            "SELECT 1 FROM guilds WHERE guild_id NOT IN (SELECT d.guild_id FROM dirty_guilds d)",
            None,
        ),
        (
            "DELETE FROM alerts WHERE EXISTS (SELECT 1 FROM guilds WHERE owner_id = alerts.value)",
            "another guild",
        ),
        (
            "DELETE FROM alerts WHERE EXISTS"
            " (SELECT 1 FROM guilds WHERE guilds.guild_id = alerts.guild_id)",
            None,
        ),
        ("INSERT INTO guilds (name) VALUES ('x')", "without guild_id"),
        ("UPDATE guilds SET guild_id = 3 WHERE guild_id = %(one)s", "moved"),
    ],
)
def test_what_would_be_refused_is_noticed(statement: str, why: str | None) -> None:
    found = complaints(statement, VALUES)
    assert [why in words for words in found] == [True] if why else found == []


def test_functions_are_told_where_they_change_something() -> None:
    changing = "UPDATE guilds SET name = concat(name, lower(name)), event_offset = 1 WHERE true"
    assert functions_in_changes(changing) == {"concat", "lower"}
    assert functions_in_changes("SELECT concat(name) FROM guilds") == set()
