"""A server that is deleted: nothing of it stays in any table, and nothing of another one goes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from threading import Event
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import Boolean, CheckConstraint, Column, Table, Text, Uuid, insert, select, update

from adapters.redis.cache_aside import rules_key
from adapters.redis.event_stream import ENDS_KEY, LiveEvent, stream_key
from domain.long_work import LEASE_MS
from domain.windows import MINUTE_MS
from models import Base
from models.erasure.guild import guild_tables
from models.exports.history import ExportRecord
from services.container import Parts, build_parts
from services.guilds.deletion import ask_deletion, holding_of
from services.work.kinds import long_worker
from tests.faults.processes import ForkServer, Nursery
from tests.parts import GUILD, OTHER_GUILD, Clock, settings_for
from tests.servers.valkey import Valkey

# More than one step takes.
EVENTS = 2_100
SHARED, OURS, OTHERS = 41, 42, 43
KEY = "0" * 32
_numbers = count(1_000)


def value_of(table: Table, column: Column[Any]) -> Any:
    """Something that the column may hold, another one each time where that matters."""
    if column.nullable or column.default is not None or column.server_default is not None:
        return None
    if isinstance(column.type, Uuid):
        return uuid4()
    if isinstance(column.type, Boolean):
        return False
    if isinstance(column.type, Text):
        return _allowed(table, column) or f"text {next(_numbers)}"
    return next(_numbers) if column.primary_key else 1


def _allowed(table: Table, column: Column[Any]) -> str | None:
    rules = [str(one.sqltext) for one in table.constraints if isinstance(one, CheckConstraint)]
    found = (re.match(rf"{column.name} IN \('(\w+)'", rule) for rule in rules)
    return next((one[1] for one in found if one), None)


def row_of(table: Table, guild_id: int) -> dict[str, Any]:
    values = {column.name: value_of(table, column) for column in table.columns}
    return {name: value for name, value in values.items() if value is not None} | {
        "guild_id": guild_id
    }


def fill(parts: Parts) -> None:
    """Rows of two servers in every table that has a `guild_id`."""
    with parts.database.write() as connection:
        for table in guild_tables():
            many = 1 if list(table.primary_key.columns.keys()) == ["guild_id"] else 2
            rows = [row_of(table, guild) for guild in (GUILD, OTHER_GUILD) for _ in range(many)]
            connection.execute(insert(table), rows)
        ids = Base.metadata.tables["ingested_events"]
        connection.execute(insert(ids), [row_of(ids, GUILD) for _ in range(EVENTS)])
        add_people(connection)
        exports = update(ExportRecord).where(
            ExportRecord.guild_id == GUILD,
            ExportRecord.id.in_(
                select(ExportRecord.id).where(ExportRecord.guild_id == GUILD).limit(1)
            ),
        )
        connection.execute(exports.values(storage_key=KEY))
    parts.settings.export_dir.mkdir(parents=True)
    (parts.settings.export_dir / KEY).touch()


def add_people(connection: Any) -> None:
    """Members of one server or of both, and tokens."""
    tables = Base.metadata.tables
    violations, names = tables["violations"], tables["user_cache"]
    hits = [(GUILD, SHARED), (GUILD, OURS), (OTHER_GUILD, SHARED), (OTHER_GUILD, OTHERS)]
    rows = [row_of(violations, guild) | {"user_id": user} for guild, user in hits]
    connection.execute(insert(violations), rows)
    users = [{"user_id": user, "cached_ms": 0} for user in (SHARED, OURS, OTHERS)]
    connection.execute(insert(names), users)
    for name, guilds in (("ours", [GUILD]), ("both", [GUILD, OTHER_GUILD])):
        made = row_of(tables["access_tokens"], 0) | {"name": name, "kind": "bot"}
        del made["guild_id"]
        connection.execute(insert(tables["access_tokens"]), [made])
        of = [{"guild_id": guild, "token_id": made["id"]} for guild in guilds]
        connection.execute(insert(tables["token_guilds"]), of)


def rest(parts: Parts) -> dict[str, set[tuple[Any, ...]]]:
    """Every row that is not the server's, but for what is to change."""
    found = {}
    with parts.database.read() as connection:
        for table in Base.metadata.tables.values():
            if table.name != "incarnation":
                rows = (dict(row._mapping) for row in connection.execute(select(table)))
                others = (row for row in rows if row.get("guild_id") != GUILD)
                found[table.name] = {tuple(row.values()) for row in others}
    return found


@pytest.fixture
def parts(database_url: str, valkey: Valkey, tmp_path: Path) -> Iterator[Parts]:
    plain = database_url.replace("+psycopg", "")
    settings = settings_for(plain, tmp_path, valkey.url, LONG_PROCESSES="0")
    made = build_parts(settings, Clock())
    fill(made)
    yield made
    made.close()


@pytest.fixture
def nursery(parts: Parts, fork_server: ForkServer) -> Iterator[Nursery]:
    made = Nursery(fork_server, "pressroom", parts.settings.given)
    yield made
    made.end()


def test_killed_halfway_another_process_deletes_the_rest_and_nothing_else(
    parts: Parts, nursery: Nursery, valkey: Valkey
) -> None:
    clock = parts.clock
    assert isinstance(clock, Clock)
    parts.stream.add([LiveEvent(GUILD, 500, b"{}")])
    assert parts.values.get_or_compute(rules_key(GUILD), 60_000, lambda: b"{}") == b"{}"
    others = rest(parts)
    before = holding_of(parts, GUILD)
    assert set(before.rows) == {table.name for table in guild_tables()}
    ask_deletion(parts, GUILD)
    ask_deletion(parts, GUILD)
    nursery.kill_at(clock(), "DELETE FROM visits")
    half = holding_of(parts, GUILD)
    assert EVENTS - 2_000 < sum(half.rows.values()) < sum(before.rows.values())
    assert {"guilds", "long_work", "visits"} <= set(half.rows)
    assert long_worker(parts, Event()).run_due() == 0  # the lease is not over
    clock.advance(LEASE_MS + MINUTE_MS)
    long_worker(parts, Event()).run_due()
    assert holding_of(parts, GUILD).rows == {}
    check_rest(parts, others)
    assert list(parts.settings.export_dir.iterdir()) == []
    with valkey.client() as client:
        assert not client.exists(stream_key(GUILD), rules_key(GUILD))
        assert not client.hexists(ENDS_KEY, str(GUILD))
    assert parts.stream.last(GUILD).offset == 0


def check_rest(parts: Parts, before: dict[str, set[tuple[Any, ...]]]) -> None:
    """As it was, but for one token, one name and the operator's entry."""
    after = rest(parts)
    changed = {name for name in before if after[name] != before[name]}
    assert changed == {"access_tokens", "user_cache", "audit_log"}
    assert {row[2] for row in before["access_tokens"] - after["access_tokens"]} == {"ours"}
    assert {row[0] for row in before["user_cache"] - after["user_cache"]} == {OURS}
    ((_, _, user_id, action, details, _),) = after["audit_log"] - before["audit_log"]
    assert (user_id, action) == (None, "guilds.deleted")
    assert details == f'{{"guild_id":"{GUILD}","by":"operator"}}'
