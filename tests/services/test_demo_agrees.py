"""The demo contradicts itself nowhere: what one part of the page says, no other part denies."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

import orjson
import pytest
from sqlalchemy import text

from adapters.database import Database
from adapters.redis.link import RedisLink
from adapters.redis.snapshot_cache import SnapshotCache
from domain.actions import normalise_action
from domain.clock import parse_rfc3339
from domain.windows import DAY_MS, HOUR_MS
from models.demo_guild import demo_guild_rates
from models.guilds.guild import demo_guilds
from schemas.events.structs import Event, MessagesEvent, ViolationEvent
from services.demo.live import DemoPresent
from services.demo.load import DemoSize, load_demo
from services.members.warnings import LEVELS
from services.operations.rollups import verify
from services.snapshots.materialise import materialise_dirty

NOW_MS = parse_rfc3339("2026-03-18T19:20:05.250Z")
SIZE = DemoSize(guilds=2, days=20, violations=1_600)
NAMED = {"Timed out": "timeout", "Kicked": "kick", "Banned": "ban"}


@pytest.fixture(scope="module")
def demo(
    migrated_sqlite_file: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Database]:
    copy = tmp_path_factory.mktemp("demo") / "demo.db"
    copy.write_bytes(migrated_sqlite_file.read_bytes())
    database = Database(f"sqlite:///{copy}")
    load_demo(database, SIZE, NOW_MS)
    materialise_dirty(database, SnapshotCache(RedisLink(None)), lambda: NOW_MS)
    yield database
    database.close()


def rows(database: Database, query: str, **values: Any) -> list[Any]:
    with database.read() as connection:
        return list(connection.execute(text(query), values))


def test_who_is_called_banned_was_banned(demo: Database) -> None:
    """And so on for each level that says what was done."""
    done: dict[tuple[int, int], set[str]] = defaultdict(set)
    for one in rows(demo, "SELECT guild_id, user_id, action FROM violations"):
        done[one.guild_id, one.user_id].add(one.action)
    seen: Counter[str] = Counter()
    for one in rows(demo, "SELECT guild_id, user_id, level, kicked_before FROM user_warnings"):
        actions, name = done[one.guild_id, one.user_id], LEVELS[one.level]
        seen[name] += 1
        assert NAMED.get(name) in actions | {None}, one
        assert not one.kicked_before or "kick" in actions, one
        assert name != "No warnings"
        assert one.level > 2 or "warning" in actions, one
    assert all(seen[name] for name in LEVELS[1:])


def test_nobody_goes_on_after_a_ban(demo: Database) -> None:
    banned: dict[tuple[int, int], int] = {}
    order = "SELECT * FROM violations ORDER BY timestamp_ms, id"
    for one in rows(demo, order):
        member = one.guild_id, one.user_id
        assert member not in banned, one
        if one.action == "ban":
            banned[member] = one.timestamp_ms
            assert normalise_action(one.action_taken) == "ban"
    assert banned


def test_what_was_set_is_in_the_audit_log(demo: Database) -> None:
    with demo.read() as connection:
        guild_ids = demo_guilds(connection)
    for guild_id in guild_ids:
        mine = f"WHERE guild_id = {guild_id}"
        logged: dict[str, list[Any]] = defaultdict(list)
        for one in rows(demo, f"SELECT * FROM audit_log {mine}"):
            logged[one.action].append((one.timestamp_ms, one.user_id, orjson.loads(one.details)))
        (rules,) = rows(demo, f"SELECT * FROM guild_rules {mine}")
        (entry,) = logged.pop("rules.update")
        assert entry[:2] == (rules.updated_ms, rules.updated_by)
        assert entry[2]["before"] is None
        assert rules.rules.startswith(entry[2]["after"].removesuffix("…")[:200])
        (config,) = rows(demo, f"SELECT * FROM guild_configs {mine}")
        ((at_ms, _, details),) = logged.pop("config.update")
        assert at_ms == config.updated_ms
        for name, value in details["after"].items():
            assert str(getattr(config, name)) == str(value)
            assert value != details["before"][name]
        roles = rows(demo, f"SELECT * FROM role_assignments {mine} ORDER BY assigned_ms")
        given = sorted(logged.pop("roles.assign"))
        assert given == [
            (
                one.assigned_ms,
                one.assigned_by,
                {"user_id": str(one.user_id), "before": None, "after": one.role},
            )
            for one in roles
        ]
        assert not logged


def test_appeals_are_of_violations_and_decided_after_they_were_made(demo: Database) -> None:
    found = rows(
        demo,
        "SELECT a.*, v.user_id AS offender, v.timestamp_ms AS happened_ms, v.action"
        " FROM appeals a JOIN violations v ON v.id = a.violation_id AND v.guild_id = a.guild_id",
    )
    (total,) = rows(demo, "SELECT count(*) AS number FROM appeals")
    assert len(found) == total.number > 0
    for one in found:
        assert one.created_ms >= one.happened_ms
        assert (one.status == "pending") is (one.resolved_ms is None)
        assert one.resolved_ms is None or one.created_ms <= one.resolved_ms <= NOW_MS
        assert one.user_id in (None, one.offender)
        assert one.text
        assert one.action in ("warning", "timeout", "kick", "ban")


def test_incidents_are_what_their_violations_say(demo: Database) -> None:
    """And figures are what a recount gives."""
    with demo.read() as connection:
        guild_ids = demo_guilds(connection)
    assert verify(demo, guild_ids, NOW_MS) == []
    incidents = rows(demo, "SELECT * FROM incidents")
    assert incidents
    for one in incidents:
        query = "SELECT * FROM incident_members WHERE guild_id = :guild AND incident_id = :id"
        members = rows(demo, query, guild=one.guild_id, id=one.id)
        assert len(members) == one.member_count
        assert sum(member.violation_count for member in members) == one.violation_count
        assert sum(orjson.loads(one.rules).values()) == one.violation_count
        actions: Counter[str] = Counter()
        for member in members:
            actions.update(orjson.loads(member.actions))
            query = (
                "SELECT count(*) AS number FROM violations WHERE guild_id = :guild"
                " AND user_id = :user AND timestamp_ms BETWEEN :first AND :last"
            )
            when = {"first": member.first_ms, "last": member.last_ms}
            (hits,) = rows(demo, query, guild=one.guild_id, user=member.user_id, **when)
            assert hits.number >= member.violation_count
        assert +actions == +Counter(orjson.loads(one.actions))


def test_the_present_goes_on_as_the_past_was(demo: Database) -> None:
    """A week of it beside the last one of the history: about as much, and as many a message."""
    with demo.read() as connection:
        rates = demo_guild_rates(connection, NOW_MS)
    present = DemoPresent(rates, Random(7), NOW_MS)
    live: list[Event] = []
    for at_ms in range(NOW_MS, NOW_MS + 7 * DAY_MS, 30_000):
        live += present.until(at_ms)
    for guild_id in rates:
        mine = f"WHERE guild_id = {guild_id} AND epoch_hour >= {(NOW_MS - 7 * DAY_MS) // HOUR_MS}"
        query = (
            f"SELECT sum(violations) AS hits, sum(messages) AS messages FROM rollup_hours {mine}"
        )
        (before,) = rows(demo, query)
        events = [event for event in live if event.guild_id == guild_id]
        hits = sum(isinstance(event, ViolationEvent) for event in events)
        messages = sum(event.count for event in events if isinstance(event, MessagesEvent))
        assert 0.6 < hits / before.hits < 1.6
        assert 0.6 < messages / before.messages < 1.6
