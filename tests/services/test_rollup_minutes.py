"""Rollups by the minute: compared as far back as answers look, and pruned beyond."""

from __future__ import annotations

from adapters.database import Database
from domain.windows import DAY_MS, MINUTE_MS
from models.rollups.counts import MINUTES_KEPT, prune_minutes
from services.ingest.store import ingest_events
from services.operations.rollups import verify
from tests.services import stored
from tests.services.events import messages, violation
from tests.services.histories import NOW_MS
from tests.services.two_guilds import GUILD, OTHER, fill


def test_minutes_are_compared_as_far_back_as_answers_look(database: Database) -> None:
    for ago in (0, 119, 120, 179, 181):
        ingest_events(database, [violation(GUILD, NOW_MS - ago * MINUTE_MS)], NOW_MS)
    minutes = stored.table("rollup_minutes")
    shown = NOW_MS // MINUTE_MS - 119
    with database.write() as connection:
        connection.execute(minutes.delete().where(minutes.c.epoch_minute < shown))
    assert verify(database, None, NOW_MS) == []
    with database.write() as connection:
        connection.execute(minutes.delete().where(minutes.c.epoch_minute == shown))
    assert {one.key for one in verify(database, None, NOW_MS)} == {f"epoch_minute {shown}"}


def test_pruned_minutes_are_those_nobody_writes_or_reads(database: Database) -> None:
    old_ms = NOW_MS - 10 * DAY_MS
    ingest_events(database, [violation(GUILD, old_ms), messages(OTHER, old_ms)], old_ms)
    fill(database)
    kept = [violation(GUILD, NOW_MS - MINUTES_KEPT * MINUTE_MS)]
    ingest_events(database, kept, NOW_MS)
    with database.write() as connection:
        oldest = prune_minutes(connection, NOW_MS)
        assert prune_minutes(connection, NOW_MS) == oldest < NOW_MS // MINUTE_MS - MINUTES_KEPT
    minutes = {row[1] for row in stored.rows(database, "rollup_minutes", [GUILD, OTHER])}
    assert minutes == {NOW_MS // MINUTE_MS, NOW_MS // MINUTE_MS - MINUTES_KEPT}
    assert verify(database, None, NOW_MS) == []
