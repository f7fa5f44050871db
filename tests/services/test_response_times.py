"""The bot's answers and moderators' are told apart, each by figures of the same violations."""

from __future__ import annotations

from typing import Any

import orjson
import pytest
from alembic import command

from adapters.database import Database
from adapters.migrations import alembic_config, upgrade
from domain.snapshot import Kind
from domain.spans import Span
from domain.touched import bit
from domain.windows import HOUR_MS, MINUTE_MS
from services.ingest.store import ingest_events
from services.operations.rollups import rebuild, verify
from services.snapshots.making import make_snapshots
from tests.services import stored
from tests.services.events import violation
from tests.services.histories import NOW_MS

GUILD = 8 * 10**17
BOT_MS = [100, 120, 145, 160, 200]
MODERATOR_MS = [60_000, 450_000]


def metrics(database: Database, span: Span) -> dict[str, Any]:
    with database.read() as connection:
        (made,) = make_snapshots(connection, {GUILD: bit(Kind.METRICS, span)}, NOW_MS)
    found: dict[str, Any] = orjson.loads(made.body)
    return found


@pytest.mark.parametrize("span", [Span.HOUR, Span.DAY, Span.MONTH])
def test_each_population_has_figures_of_its_own(database: Database, span: Span) -> None:
    """Minutes of moderators are in no figure of the bot, and the other way round."""
    ago_ms = 5 * MINUTE_MS if span is Span.HOUR else 3 * HOUR_MS
    at_ms = NOW_MS - ago_ms
    by_bot = ["regex", "ai", "automod", "raid", "ai"]
    hits = [
        violation(GUILD, at_ms, detection_type=kind, response_time_ms=ms)
        for kind, ms in zip(by_bot, BOT_MS, strict=True)
    ]
    hits += [
        violation(GUILD, at_ms, detection_type="manual", moderator_id=9, response_time_ms=ms)
        for ms in MODERATOR_MS
    ]
    ingest_events(database, [*hits, violation(GUILD, at_ms)], NOW_MS)
    found = metrics(database, span)
    bot, moderators = found["bot_response"], found["moderator_response"]
    assert (bot["count"], bot["mean_ms"]) == (5, 145.0)
    assert bot["p50_ms"] == pytest.approx(145, rel=0.1)
    assert 180 <= bot["p95_ms"] <= 200
    assert (moderators["count"], moderators["mean_ms"]) == (2, 255_000.0)
    assert moderators["p50_ms"] == pytest.approx(60_000, rel=0.1)
    assert 405_000 <= moderators["p95_ms"] <= 450_000
    assert found["avg_response_time_ms"] == pytest.approx((725 + 510_000) / 7, abs=0.01)
    assert verify(database, [GUILD], NOW_MS) == []
    rebuild(database, [GUILD], NOW_MS)
    assert metrics(database, span) == found


def test_a_percentile_is_never_beyond_the_largest(database: Database) -> None:
    """The middle of a histogram bucket may lie above all that is in it."""
    ingest_events(database, [violation(GUILD, NOW_MS, response_time_ms=1_001)], NOW_MS)
    found = metrics(database, Span.DAY)
    for figure in (found["bot_response"]["p50_ms"], found["response_time_p95_ms"]):
        assert 1_001 * 0.9 <= figure <= 1_001


def test_nothing_timed_is_zeros(database: Database) -> None:
    ingest_events(database, [violation(GUILD, NOW_MS)], NOW_MS)
    none = {"count": 0, "mean_ms": 0.0, "p50_ms": 0.0, "p95_ms": 0.0}
    found = metrics(database, Span.DAY)
    assert found["bot_response"] == found["moderator_response"] == none


def test_what_was_counted_before_is_counted_apart(database: Database, database_url: str) -> None:
    """The migration has only raw rows to go by: forward and back, the counts are what they were."""
    hits = [
        violation(GUILD, NOW_MS, detection_type=kind, response_time_ms=ms)
        for kind, ms in (
            ("ai", 0),
            ("manual", 3_600_000),
            ("manual", 19),
            ("raid", 20),
            ("ai", 145),
        )
    ]
    ingest_events(database, [*hits, violation(GUILD, NOW_MS)], NOW_MS)
    before = stored.rows(database, "rollup_response_times", [GUILD])
    command.downgrade(alembic_config(database_url), "0008")
    upgrade(database_url)
    assert stored.rows(database, "rollup_response_times", [GUILD]) == before
    assert verify(database, [GUILD], NOW_MS) == []
