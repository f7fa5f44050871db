"""A live event leaves the outbox only when it is out, whatever happens in between."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import update
from sqlalchemy.exc import DBAPIError

from adapters.database import Database
from adapters.redis.cache_aside import CacheAside
from adapters.redis.event_stream import EventStream, stream_key
from adapters.redis.link import RedisLink
from domain.retries import FIRST_RETRY_MS
from models.outbox import OutboxEntry, count_guilds_aside, waiting_entries
from services.ingest.store import ingest_events
from services.live.outbox import publish_outbox
from tests.servers.valkey import Valkey
from tests.services import stored
from tests.services.events import violation
from tests.services.histories import NOW_MS
from tests.services.moments import failing, once_before

GUILD = 10**17


class CrashError(Exception):
    """The process ends here."""


def _published(valkey: Valkey) -> list[str]:
    with valkey.client() as client:
        entries: Any = client.xrange(stream_key(GUILD))
    return [id.decode() for id, _ in entries]


def _publish(database: Database, valkey: Valkey, now_ms: int = NOW_MS) -> int | None:
    link = RedisLink(valkey.url)
    try:
        return publish_outbox(database, EventStream(link), CacheAside(link), lambda: now_ms)
    finally:
        link.close()


def test_an_event_is_out_before_its_row_goes(database: Database, valkey: Valkey) -> None:
    seen: list[str] = []
    ingest_events(database, [violation(GUILD, NOW_MS) for _ in range(3)], NOW_MS)
    with once_before(database, "DELETE FROM outbox", lambda: seen.extend(_published(valkey))):
        assert _publish(database, valkey) == 3
    assert seen == ["1-0", "2-0", "3-0"]
    assert stored.rows(database, "outbox", [GUILD]) == []


def test_a_crash_between_the_two_publishes_nothing_twice(
    database: Database, valkey: Valkey
) -> None:
    def crash() -> None:
        raise CrashError

    ingest_events(database, [violation(GUILD, NOW_MS)], NOW_MS)
    with once_before(database, "DELETE FROM outbox", crash), pytest.raises(CrashError):
        _publish(database, valkey)
    assert len(stored.rows(database, "outbox", [GUILD])) == 1
    ingest_events(database, [violation(GUILD, NOW_MS)], NOW_MS)
    _publish(database, valkey)
    assert _published(valkey) == ["1-0", "2-0"]
    assert stored.rows(database, "outbox", [GUILD]) == []


def test_what_was_rolled_back_is_never_out(database: Database, valkey: Valkey) -> None:
    with failing(database, "seen_rules"), pytest.raises(DBAPIError, match="refused"):
        ingest_events(database, [violation(GUILD, NOW_MS)], NOW_MS)
    assert _publish(database, valkey) == 0
    ingest_events(database, [violation(GUILD, NOW_MS)], NOW_MS)
    _publish(database, valkey)
    assert _published(valkey) == ["1-0"]


def _queue(database: Database, guild_id: int, now_ms: int, count: int = 1) -> None:
    for _ in range(count):
        ingest_events(database, [violation(guild_id, NOW_MS)], now_ms)


def _next(database: Database, most: int, characters: int = 10**6) -> list[tuple[int, int]]:
    with database.read() as connection:
        entries, _ = waiting_entries(connection, NOW_MS, most, characters)
    return [(one.guild_id, one.event_offset) for one in entries]


def test_a_high_id_does_not_wait_for_all_lower_ones(database: Database) -> None:
    """Each guild has its turn, those first that wait longest; within a guild in order."""
    _queue(database, 3, NOW_MS)
    _queue(database, 1, NOW_MS + 1, count=6)
    _queue(database, 2, NOW_MS + 2, count=2)
    assert _next(database, 4) == [(1, 1), (1, 2), (3, 1)]
    assert _next(database, 8) == [(1, 1), (1, 2), (2, 1), (2, 2), (3, 1)]
    assert _next(database, 100, characters=1) == [(3, 1)]


def test_an_entry_of_a_clock_that_was_set_back_keeps_its_place_in_its_guild(
    database: Database,
) -> None:
    _queue(database, 1, NOW_MS + 3_600_000)
    _queue(database, 1, NOW_MS)
    assert _next(database, 1) == [(1, 1)]


def _break_entry(database: Database, guild_id: int, events: str) -> None:
    change = update(OutboxEntry).where(OutboxEntry.guild_id == guild_id)
    with database.write() as connection:
        connection.execute(change.values(events=events))


@pytest.mark.parametrize("events", ["not json", "[1]", '[{"type":"violation"}]', "{}"])
def test_an_entry_that_cannot_be_read_keeps_nobody_else_waiting(
    database: Database, valkey: Valkey, events: str
) -> None:
    bad = GUILD - 1
    _queue(database, bad, NOW_MS)
    _break_entry(database, bad, events)
    _queue(database, GUILD, NOW_MS)
    assert _publish(database, valkey) == 1
    assert _published(valkey) == ["1-0"]
    assert len(stored.rows(database, "outbox", [bad])) == 1
    with database.read() as connection:
        assert count_guilds_aside(connection) == 1
    _break_entry(database, bad, '[{"type":"metrics_update","timestamp":"t","data":{}}]')
    assert _publish(database, valkey) == 0, "not before its time"
    assert _publish(database, valkey, NOW_MS + FIRST_RETRY_MS + 1) == 1
    assert stored.rows(database, "outbox", [bad]) == []


def test_a_stream_that_is_none_keeps_nobody_else_waiting(
    database: Database, valkey: Valkey
) -> None:
    bad = GUILD - 1
    with valkey.client() as client:
        client.set(stream_key(bad), "of another program")
    _queue(database, bad, NOW_MS)
    _queue(database, GUILD, NOW_MS)
    assert _publish(database, valkey) == 1
    assert _published(valkey) == ["1-0"]
    with valkey.client() as client:
        client.delete(stream_key(bad))
    assert _publish(database, valkey, NOW_MS + FIRST_RETRY_MS + 1) == 1
