"""Guilds that nobody looks at: their snapshots wait, and who comes has fresh answers at once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import orjson
import pytest

from adapters.redis.looks import COUNTS_MS, KEY, SAY_EVERY_MS
from domain.alert_rules import EventType
from domain.snapshot import Kind
from domain.spans import Span
from domain.windows import DAY_MS, HOUR_MS, MINUTE_MS
from models.alerts.store import open_alerts_of
from models.snapshots.dirty import LONGEST_WAIT_MS, oldest_due_ms
from models.snapshots.dirty_claims import claim_dirty
from models.snapshots.stored import slid_guilds
from services.alerts.sweep import sweep_alerts
from services.container import Parts, build_parts
from services.ingest.store import ingest_events
from services.snapshots.materialise import mark_slid
from services.snapshots.reader import Read, Source
from tests.parts import NOW_MS, Clock, settings_for
from tests.servers.valkey import Valkey
from tests.services import stored
from tests.services.events import messages, violation
from tests.services.test_ingest_concurrency import at_once

GUILD = 4 * 10**17


@pytest.fixture
def clock() -> Clock:
    return Clock(NOW_MS)


@pytest.fixture
def parts(database_url: str, valkey: Valkey, tmp_path: Path, clock: Clock) -> Iterator[Parts]:
    """Snapshots of one guild are made, and it is known that nobody looks at it."""
    plain = database_url.replace("+psycopg", "")
    built = build_parts(settings_for(plain, tmp_path, valkey.url), clock)
    hits = [violation(GUILD, NOW_MS), messages(GUILD, NOW_MS, 40)]
    ingest_events(built.database, hits, NOW_MS)
    assert built.materialise() == 1
    assert built.looks.looked_at() is None
    clock.advance(COUNTS_MS)
    assert built.looks.looked_at() == []
    mark_slid(built.database, clock())
    assert built.materialise() == 1
    yield built
    built.close()


def _count(parts: Parts, messages_: int = 2) -> None:
    ingest_events(parts.database, [messages(GUILD, parts.clock(), messages_)], parts.clock())


def _read(parts: Parts) -> tuple[Read, Source, int]:
    read, source = parts.snapshots.read(GUILD, Kind.METRICS, Span.DAY)
    return read, source, orjson.loads(read.body)["messages_processed"]


def test_it_waits_and_not_too_long(parts: Parts, clock: Clock) -> None:
    _count(parts)
    clock.advance(LONGEST_WAIT_MS - 1)
    assert parts.materialise() == 0
    with parts.database.read() as connection:
        assert oldest_due_ms(connection, []) == clock() + 1
    clock.advance(1)
    assert parts.materialise() == 1
    assert stored.rows(parts.database, "dirty_guilds", [GUILD]) == []


def test_violations_wait_for_nobody(parts: Parts, clock: Clock) -> None:
    """Alerts are evaluated with the snapshots."""
    ingest_events(parts.database, [violation(GUILD, clock())], clock())
    assert parts.materialise() == 1


def test_who_is_looked_at_does_not_stand_behind_all_that_waited(parts: Parts, clock: Clock) -> None:
    """Nor who has an alert to be told of: at a full hour a hundred thousand may wait."""
    others = [messages(GUILD + number, clock(), 2) for number in range(1, 4)]
    ingest_events(parts.database, others, clock())
    clock.advance(LONGEST_WAIT_MS)
    ingest_events(parts.database, [violation(GUILD + 4, clock())], clock())
    _count(parts)
    now_ms = clock()
    with parts.database.write() as connection:
        claimed = claim_dirty(connection, uuid4(), now_ms, 15_000, 2, looked_at=[GUILD])
        assert {one.guild_id for one in claimed} == {GUILD, GUILD + 4}
        left = claim_dirty(connection, uuid4(), now_ms, 15_000, 9, looked_at=[GUILD])
        assert len(left) == 3


def test_windows_of_who_is_looked_at_come_first(parts: Parts, clock: Clock) -> None:
    others = [messages(GUILD + number, clock(), 2) for number in range(1, 4)]
    ingest_events(parts.database, others, clock())
    clock.advance(LONGEST_WAIT_MS)
    assert parts.materialise() == 3
    _count(parts)
    clock.advance(MINUTE_MS)
    parts.looks.note(GUILD)
    assert parts.materialise() == 1
    clock.advance(LONGEST_WAIT_MS + MINUTE_MS)
    with parts.database.read() as connection:
        assert len(slid_guilds(connection, clock(), 9, [GUILD])) == 4
        ((first, _),) = slid_guilds(connection, clock(), 1, [GUILD])
    assert first == GUILD


def test_who_comes_has_a_fresh_answer_and_then_a_made_one(parts: Parts, clock: Clock) -> None:
    _count(parts)
    clock.advance(200_000)
    parts.wake_materialiser.clear()
    read, source, count = _read(parts)
    assert (source, count, read.stale, read.is_final) == (Source.COMPUTED, 42, False, False)
    assert read.snapshot.as_of_ms == clock()
    assert parts.wake_materialiser.is_set()
    assert at_once([parts.materialise, parts.materialise]) in ([0, 1], [1, 0])
    parts.snapshots.forget([GUILD])
    read, source, count = _read(parts)
    assert (source, count, read.stale, read.is_final) == (Source.REDIS, 42, False, True)


def test_who_looks_on_gets_what_was_made(parts: Parts, clock: Clock) -> None:
    """As long as it is not touched, and while a worker is on its way once somebody looks."""
    assert _read(parts)[1] is Source.REDIS
    _count(parts)
    assert parts.materialise() == 1
    parts.snapshots.forget([GUILD])
    assert _read(parts)[1:] == (Source.REDIS, 42)
    clock.advance(1)
    _count(parts)
    parts.snapshots.forget([GUILD])
    assert _read(parts)[1:] == (Source.REDIS, 42)
    assert parts.materialise() == 1


def test_a_look_is_said_once_a_minute(parts: Parts, clock: Clock, valkey: Valkey) -> None:
    with valkey.client() as client:
        parts.looks.note(GUILD)
        first = client.zscore(KEY, str(GUILD))
        clock.advance(SAY_EVERY_MS - 1)
        parts.looks.note(GUILD)
        assert client.zscore(KEY, str(GUILD)) == first
        clock.advance(1)
        parts.looks.note(GUILD)
        assert client.zscore(KEY, str(GUILD)) == clock()
    assert parts.looks.looked_at() == [GUILD]
    clock.advance(COUNTS_MS)
    assert parts.looks.looked_at() == []


def test_a_look_that_redis_did_not_hear_is_said_again(parts: Parts, valkey: Valkey) -> None:
    valkey.stop()
    came_ms = parts.looks.note(GUILD)
    valkey.start()
    assert parts.redis.ping()
    assert parts.looks.note(GUILD) == came_ms
    with valkey.client() as client:
        assert client.zscore(KEY, str(GUILD)) == came_ms
        client.delete(KEY)


def test_without_redis_everybody_is_looked_at(parts: Parts, clock: Clock, valkey: Valkey) -> None:
    """Also with one that has just lost what it knew."""
    valkey.stop()
    _count(parts)
    assert parts.looks.looked_at() is None
    assert _read(parts)[1:] == (Source.COMPUTED, 42)
    valkey.start()
    with valkey.client() as client:
        client.flushall()
    assert parts.redis.ping()  # from here on it is asked again
    assert parts.looks.looked_at() is None
    clock.advance(COUNTS_MS)
    assert parts.looks.looked_at() == []


def test_clocks_that_jump_keep_nobody_waiting(parts: Parts, clock: Clock) -> None:
    parts.looks.note(GUILD)
    clock.advance(DAY_MS)
    _count(parts)
    parts.looks.note(GUILD)
    assert parts.looks.looked_at() == [GUILD]
    clock.advance(-HOUR_MS)
    assert parts.looks.looked_at() == []
    assert parts.materialise() == 1, "its mark lies ahead"
    parts.looks.note(GUILD)
    assert parts.looks.looked_at() == [GUILD]
    clock.advance(-2 * DAY_MS)
    assert parts.looks.looked_at() is None, "since when is known lies ahead"


def test_windows_of_a_guild_that_nobody_looks_at_wait_as_well(parts: Parts, clock: Clock) -> None:
    clock.advance(MINUTE_MS)
    looked_at = parts.looks.looked_at
    assert mark_slid(parts.database, clock(), looked_at) == 0
    parts.looks.note(GUILD)
    assert mark_slid(parts.database, clock(), looked_at) == 1
    assert parts.materialise() == 1
    clock.advance(COUNTS_MS)
    assert looked_at() == []
    assert mark_slid(parts.database, clock(), looked_at) == 1
    assert parts.materialise() == 1, "it is made no later than if events had come"


def test_its_health_is_told_of_in_time(parts: Parts, clock: Clock) -> None:
    """Though its snapshots wait: what came in late was no live violation."""
    hits = [violation(GUILD, clock() - n, 5, action_taken="ban") for n in range(60)]
    ingest_events(parts.database, [*hits, messages(GUILD, clock(), 60)], clock(), live=False)
    assert parts.materialise() == 0
    sweep_alerts(parts)
    with parts.database.read() as connection:
        (alert,) = open_alerts_of(connection, [GUILD])
    assert alert.event_type == EventType.HEALTH_SCORE_DROP
    assert sweep_alerts(parts) == 0
