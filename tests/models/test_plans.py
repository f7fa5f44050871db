"""Every named read query goes straight to its rows by an index, on both databases."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from inspect import getmembers, isfunction
from math import isqrt
from types import ModuleType
from typing import Any
from uuid import UUID

import msgspec
import pytest
from sqlalchemy import Connection

from adapters.database import Database
from domain.raids import Raid
from domain.rollup_deltas import ViolationCountRow
from domain.spans import Span, span_window, window_of
from domain.temporal import local_offset_segments
from domain.windows import HOUR_MS, MINUTE_MS
from models.events.store import add_violation_counts
from models.rollups.rules import rule_hash
from models.snapshots import facts as snapshot_facts
from models.snapshots import raids as raid
from models.snapshots.dirty_claims import claim_dirty
from models.users import cache as user_cache
from models.users import guild_names
from models.violations import list as violation_list
from models.violations import total as violation_total
from models.violations.list import Position, ViolationFilter
from schemas.events import structs as events
from schemas.events.structs import Event, Snowflake, TimestampMs
from services.ingest.store import ingest_events
from tests.models.plans import explained, scanned_tables

NOW_MS = 1_769_508_000_000
GUILDS = list(range(10**17, 10**17 + 300))
ASKED = GUILDS[7:10]
HOURS = [range(NOW_MS // HOUR_MS - length, NOW_MS // HOUR_MS + 1) for length in (24, 168, 720)]
HOUR = window_of(Span.HOUR, NOW_MS)
SEGMENTS = local_offset_segments("Europe/Berlin", HOURS[-1].start, HOURS[-1].stop)
START_MS = NOW_MS - 720 * HOUR_MS
Query = Callable[[Connection], object]


def _events(guild_id: int, turn: int) -> Iterator[Event]:
    """What one guild sends in one of 24 turns: spread over minutes, hours, days and users."""
    common: dict[str, Any] = {
        "guild_id": Snowflake(guild_id),
        "timestamp": TimestampMs(
            NOW_MS - (turn * turn * HOUR_MS + (guild_id + turn) % 50 * MINUTE_MS)
        ),
    }
    base = (guild_id % 1000) * 1000 + turn * 10
    yield events.ViolationEvent(
        id=UUID(int=base),
        user_id=Snowflake(guild_id * 10 % 2**60 + isqrt(2 * turn)),
        reason="spam",
        rule=f"rule {turn % 8}",
        severity=("low", "medium", "high")[turn % 3],
        detection_type="ai",
        action_taken=("warn", "ban", "kick")[turn % 3],
        moderator_id=Snowflake(turn % 5 + 1),
        response_time_ms=turn * turn,
        **common,
    )
    yield events.MessagesEvent(id=UUID(int=base + 1), count=10, **common)
    user_id = Snowflake(guild_id * 10 % 2**60 + turn)
    yield events.WarningEvent(id=UUID(int=base + 2), user_id=user_id, level=turn % 6, **common)
    known = events.UserEvent(id=UUID(int=base + 3), user_id=user_id, username="ada", **common)
    yield known
    here = UUID(int=base + 5)
    yield events.bounded(msgspec.structs.replace(known, id=here))
    yield events.AppealEvent(
        id=UUID(int=base + 4),
        appeal_id=f"{turn}",
        violation_id=UUID(int=base),
        status=("pending", "approved", "denied")[turn % 3],
        **common,
    )


def _count(guild_id: int, turn: int) -> ViolationCountRow:
    return ViolationCountRow(
        guild_id=guild_id,
        id=UUID(int=turn),
        timestamp_ms=NOW_MS,
        violations=1,
        high=1,
        medium=0,
        low=0,
        regex=1,
        ai=0,
    )


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """300 guilds with 24 violations each: enough for reading a whole table to cost more."""
    opened = Database(database_url)
    for start in range(0, len(GUILDS), 50):
        batch = [
            event
            for guild_id in GUILDS[start : start + 50]
            for turn in range(24)
            for event in _events(guild_id, turn)
        ]
        ingest_events(opened, batch, NOW_MS, live=False)
    with opened.write() as connection:
        for guild_id in GUILDS:
            raids = [Raid(NOW_MS - turn * HOUR_MS, NOW_MS, 10, (1,)) for turn in range(10)]
            raid.replace_raids(connection, guild_id, 0, NOW_MS, raids)
            add_violation_counts(connection, [_count(guild_id, turn) for turn in range(24)])
        for number in range(30):
            claim_dirty(connection, UUID(int=number), NOW_MS, 1, 10)
    with opened.engine.connect() as connection:
        connection.exec_driver_sql("ANALYZE")
        connection.commit()
    yield opened
    opened.close()


def _window_of(span: Span) -> range:
    window = span_window(span, NOW_MS)
    assert window is not None
    return window.bucket_range


_users = [guild_id * 10 % 2**60 + 3 for guild_id in ASKED]
_pairs = list(zip(ASKED, _users, strict=True))
FACTS: dict[str, Iterable[Query]] = {
    "counts": [],  # what the next three do
    "minute_counts": [lambda c: snapshot_facts.minute_counts(c, ASKED, _window_of(Span.HOUR))],
    "hour_counts": [lambda c: snapshot_facts.hour_counts(c, ASKED, HOURS[1])],
    "day_counts": [lambda c: snapshot_facts.day_counts(c, ASKED, _window_of(Span.MONTH))],
    "response_times": [lambda c: snapshot_facts.response_times(c, ASKED, HOURS)],
    "offenders": [lambda c: snapshot_facts.offenders(c, ASKED, HOURS)],
    "rules": [lambda c: snapshot_facts.rules(c, ASKED, HOURS)],
    "moderators": [lambda c: snapshot_facts.moderators(c, ASKED, HOURS)],
    "hours_of_week": [
        lambda c: snapshot_facts.hours_of_week(c, ASKED, HOURS, SEGMENTS),
        lambda c: snapshot_facts.hours_of_week(
            c, ASKED, HOURS, SEGMENTS, handled_by_moderators=True
        ),
    ],
    "recent_violations": [lambda c: snapshot_facts.recent_violations(c, ASKED, HOUR)],
    "decided_appeals": [lambda c: snapshot_facts.decided_appeals(c, ASKED, START_MS)],
    "dead_rules": [lambda c: snapshot_facts.dead_rules(c, ASKED, START_MS, NOW_MS)],
    "rule_names": [
        lambda c: snapshot_facts.rule_names(c, [(id, rule_hash("rule 1")) for id in ASKED])
    ],
    "top_offenders_ever": [lambda c: snapshot_facts.top_offenders_ever(c, ASKED)],
    "distribution_ever": [lambda c: snapshot_facts.distribution_ever(c, ASKED)],
    "warning_levels": [lambda c: snapshot_facts.warning_levels(c, _pairs)],
}
FILTERS = [
    ViolationFilter(),
    ViolationFilter(severity="high"),
    ViolationFilter(detection_type="ai"),
    ViolationFilter(action="ban"),
    ViolationFilter(user_id=_users[0]),
    ViolationFilter(rule="rule 1"),
    ViolationFilter(since_ms=NOW_MS - HOUR_MS, until_ms=NOW_MS),
    ViolationFilter(text="sp%m"),
    ViolationFilter(text="ada"),
    ViolationFilter(text="ada", severity="low"),
    ViolationFilter(text="ada", detection_type="ai", since_ms=NOW_MS - HOUR_MS),
    ViolationFilter(severity="low", user_id=_users[0], text="spam", rule="rule 1"),
]
_AFTER = Position(NOW_MS - HOUR_MS, UUID(int=5))


def _listed(wanted: ViolationFilter, **options: Any) -> Query:
    return lambda c: violation_list.list_violations(c, ASKED[0], wanted, 50, **options)


def _counted(wanted: ViolationFilter) -> Query:
    return lambda c: violation_total.count_violations(c, ASKED[0], wanted)


LISTS: dict[str, Iterable[Query]] = {
    "list_violations": [
        *(_listed(wanted) for wanted in FILTERS),
        *(_listed(wanted, after=_AFTER) for wanted in FILTERS),
        _listed(FILTERS[0], offset=50),
    ],
    "latest_violations": [lambda c: list(violation_list.latest_violations(c, ASKED))],
    "find_violation": [lambda c: violation_list.find_violation(c, ASKED[0], UUID(int=7000))],
    "conditions": [],
}


TOTALS: dict[str, Iterable[Query]] = {
    "count_violations": [_counted(wanted) for wanted in FILTERS],
}


WRITES = {"learn_users", "learn_guild_users", "age_from_now"}
USERS: dict[str, list[Query]] = {
    "cached_users": [lambda c: user_cache.cached_users(c, _users)],
}
GUILD_USERS: dict[str, list[Query]] = {
    "guild_users": [lambda c: guild_names.guild_users(c, _pairs)],
    "members_called": [lambda c: guild_names.members_called(c, ASKED[0], "ad", 20)],
}
RAIDS: dict[str, Iterable[Query]] = {
    "raids_since": [lambda c: raid.raids_since(c, ASKED, START_MS)],
    "changed_ranges": [lambda c: raid.changed_ranges(c, UUID(int=1))],
    "violations_by_hour": [lambda c: raid.violations_by_hour(c, ASKED, HOURS[0])],
    "hits_from": [lambda c: raid.hits_from(c, ASKED[0], NOW_MS - HOUR_MS)],
    "replace_raids": [],
    "drop_raids": [],
}


def test_every_read_query_uses_an_index(database: Database) -> None:
    _assert_a_scan_is_noticed(database)
    for module, queries in (
        (snapshot_facts, FACTS),
        (violation_list, LISTS),
        (violation_total, TOTALS),
        (raid, RAIDS),
        (user_cache, USERS),
        (guild_names, GUILD_USERS),
    ):
        assert _public_functions(module) - WRITES == set(queries)
        for name, calls in queries.items():
            for place, call in enumerate(calls):
                for plan in _plans(database, call):
                    scanned = scanned_tables(database, plan)
                    assert scanned == set(), f"{name} {place} reads all of {scanned}:\n{plan}"


def _public_functions(module: ModuleType) -> set[str]:
    own = getmembers(module, lambda one: isfunction(one) and one.__module__ == module.__name__)
    return {name for name, _ in own if not name.startswith("_")}


def _plans(database: Database, call: Query) -> list[str]:
    with explained(database) as plans, database.read() as connection:
        answer = call(connection)
        if isinstance(answer, Iterator):
            deque(answer, maxlen=0)  # some ask only when they are read
    assert plans
    return plans


def _assert_a_scan_is_noticed(database: Database) -> None:
    for table in ("violations", "rollup_hours", "appeals", "seen_rules"):
        (plan,) = _plans(database, _scan(table))
        assert scanned_tables(database, plan) == {table}


def _scan(table: str) -> Query:
    return lambda c: c.exec_driver_sql(f"SELECT count(*) FROM {table} WHERE guild_id + 0 > 1")
