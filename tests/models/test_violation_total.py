"""The total of a filtered list is what the list would come to, wherever it is taken from."""

from __future__ import annotations

from random import Random
from uuid import UUID

import pytest

from adapters.database import Database
from domain.rollup_deltas import ViolationCountRow, rollup_deltas
from models.events.store import add_violation_counts
from models.rollups.rules import rule_hash
from models.rollups.store import add_rollups
from models.violations.list import ViolationFilter, list_violations
from models.violations.total import count_violations
from schemas.events.structs import Snowflake, TimestampMs, ViolationEvent
from services.ingest.store import ingest_events

NOW_MS = 1_800_000_000_000
GUILD, OTHER = 100, 200
ACTIONS = {"warning": "warned", "timeout": "muted", "kick": "kicked", "ban": "banned", "none": ""}
FILTERS = [
    ViolationFilter(),
    *(ViolationFilter(severity=name) for name in ("low", "medium", "high")),
    *(ViolationFilter(detection_type=name) for name in ("ai", "regex", "automod", "manual")),
    *(ViolationFilter(action=name) for name in (*ACTIONS, "other")),
    ViolationFilter(user_id=1),
    ViolationFilter(user_id=99),
    ViolationFilter(rule="no caps"),
    ViolationFilter(rule="spam"),
    ViolationFilter(rule_hash=rule_hash("spam")),
    ViolationFilter(rule_hash=rule_hash("spam"), severity="high"),
    ViolationFilter(rule="nothing like it"),
    ViolationFilter(text="SPA"),
    ViolationFilter(severity="high", user_id=1),
    ViolationFilter(severity="high", since_ms=NOW_MS - 50_000),
]


def _violation(random: Random, guild: int) -> ViolationEvent:
    return ViolationEvent(
        id=UUID(int=random.getrandbits(128)),
        guild_id=Snowflake(guild),
        timestamp=TimestampMs(NOW_MS - random.randrange(100_000)),
        user_id=Snowflake(random.randrange(1, 4)),
        reason=random.choice(("spam", "scam")),
        severity=random.choice(("low", "medium", "high")),
        detection_type=random.choice(("ai", "regex", "automod")),
        action_taken=random.choice([*ACTIONS.values(), "asked nicely"]),
        rule=random.choice((None, "no caps")),
    )


@pytest.fixture
def database(database_url: str) -> Database:
    """Two guilds with a hundred violations each, and seven more known by number only."""
    made, random = Database(database_url), Random(1)
    events = [_violation(random, guild) for guild in (GUILD, OTHER) for _ in range(100)]
    ingest_events(made, events, NOW_MS)
    counts = [
        ViolationCountRow(
            guild_id=GUILD,
            id=UUID(int=1),
            timestamp_ms=NOW_MS,
            violations=7,
            high=4,
            medium=2,
            low=1,
            regex=5,
            ai=2,
        )
    ]
    with made.write() as connection:
        add_violation_counts(connection, counts)
        add_rollups(connection, rollup_deltas((), (), NOW_MS, counts), ())
    return made


@pytest.mark.parametrize("wanted", FILTERS, ids=str)
def test_the_total_is_what_can_be_listed(database: Database, wanted: ViolationFilter) -> None:
    with database.read() as connection:
        listed = len(list_violations(connection, GUILD, wanted, 1_000))
        assert count_violations(connection, GUILD, wanted) == listed
    database.close()
