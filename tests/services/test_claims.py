"""Who has a guild's snapshots to make: claims that change hands, get lost, or are of the dead."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
import sqlalchemy

from adapters.database import Database
from adapters.redis.link import RedisLink
from adapters.redis.snapshot_cache import SnapshotCache
from domain.retries import FIRST_RETRY_MS, LONGEST_RETRY_MS
from domain.snapshot import Kind
from domain.spans import Span
from domain.windows import DAY_MS, HOUR_MS
from models.snapshots.dirty_claims import claim_dirty
from services.ingest.store import ingest_events
from services.snapshots.materialise import LEASE_MS, materialise_dirty
from tests.parts import Clock, until
from tests.servers.valkey import Valkey
from tests.services import stored
from tests.services.events import violation
from tests.services.histories import NOW_MS
from tests.services.making import ALL, GUILD, ingest, is_dirty, load, make, versions
from tests.services.moments import failing, once_before
from tests.services.test_ingest_concurrency import at_once


def test_a_guild_that_changes_meanwhile_is_done_again(database: Database) -> None:
    ingest(database, violation(GUILD, NOW_MS))

    def change() -> None:
        ingest(database, violation(GUILD, NOW_MS - DAY_MS))

    with once_before(database, "FROM rollup_days", change):
        assert make(database) == 2
    assert not is_dirty(database)
    assert b'"violations_total":2' in load(database, Kind.METRICS, Span.MONTH).body


def test_a_mark_set_just_before_the_claim_is_settled_stays(postgres_url: str) -> None:
    """On SQLite nobody can write there: the transaction that settles has the only pen."""
    database = Database(postgres_url)
    ingest(database, violation(GUILD, NOW_MS))

    def change() -> None:
        ingest(database, violation(GUILD, NOW_MS))

    with once_before(database, "INSERT INTO metric_snapshots", change):
        assert make(database) == 2
    assert b'"violations_total":2' in load(database, Kind.METRICS, Span.DAY).body
    assert not is_dirty(database)
    database.close()


def _late_worker(database: Database, cache: SnapshotCache) -> Callable[[], None]:
    """Someone else who finds the lease run out, with news of which the first knows nothing."""

    def take_over() -> None:
        hits = [violation(GUILD, NOW_MS - second * 1000) for second in range(1, 12)]
        ingest(database, *hits)
        assert make(database, NOW_MS + LEASE_MS + 1, cache) == 1

    return take_over


@pytest.mark.parametrize("moment", ["FROM violations", "FROM rollup_days"])
def test_a_lost_claim_writes_nothing(database: Database, valkey: Valkey, moment: str) -> None:
    _lose_a_claim(database, valkey, moment)


def test_a_claim_lost_just_before_raids_are_written(postgres_url: str, valkey: Valkey) -> None:
    """On SQLite nobody can write there: the transaction that writes them has the only pen."""
    database = Database(postgres_url)
    _lose_a_claim(database, valkey, "ORDER BY dirty_guilds.guild_id")
    database.close()


def _lose_a_claim(database: Database, valkey: Valkey, moment: str) -> None:
    link = RedisLink(valkey.url)
    cache = SnapshotCache(link)
    ingest(database, *(violation(GUILD, NOW_MS) for _ in range(10)))
    with once_before(database, moment, _late_worker(database, cache)):
        make(database, NOW_MS, cache)
    body = load(database, Kind.METRICS, Span.DAY).body
    assert b'"violations_total":21' in body
    assert set(versions(database).values()) == {1}
    cached = cache.get(GUILD, Kind.METRICS, Span.DAY)
    assert cached is not None
    assert cached.body == body
    ((_, started_ms, _, count, _),) = stored.rows(database, "raids", [GUILD])
    assert (started_ms, count) == (NOW_MS - 11_000, 21)
    assert not is_dirty(database)
    link.close()


def test_a_worker_slower_than_its_lease_takes_fewer_guilds_and_gets_on(database: Database) -> None:
    """Whoever takes over from it is as slow, and loses the guilds again."""
    guilds = range(GUILD, GUILD + 9)
    ingest_events(database, [violation(guild_id, NOW_MS) for guild_id in guilds], NOW_MS)
    sizes: list[int] = []

    def run_out(_connection: Any, _cursor: Any, text: str, *_: Any) -> None:
        if "FROM rollup_days" in text and len(sizes) < 20:
            sizes.append(_lose_if_many(database))

    sqlalchemy.event.listen(database.engine, "before_cursor_execute", run_out)
    assert make(database) == len(guilds)
    sqlalchemy.event.remove(database.engine, "before_cursor_execute", run_out)
    assert [size for size in sizes if size > 2] == [9, 9, 9, 9, 6, 3, 3, 3]
    assert stored.rows(database, "dirty_guilds", list(guilds)) == []


def _lose_if_many(database: Database) -> int:
    """How many guilds are claimed; one of more than two is taken over and given back."""
    with database.write() as connection:
        claimed = "FROM dirty_guilds WHERE claim IS NOT NULL"
        ids = connection.exec_driver_sql(f"SELECT guild_id {claimed}").scalars().all()
        if len(ids) > 2:
            connection.exec_driver_sql(
                f"UPDATE dirty_guilds SET claim = NULL, claimed_until_ms = 0"
                f" WHERE guild_id = {min(ids)}"
            )
    return len(ids)


def test_a_guild_slower_than_its_lease_is_made_once(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its worker renews the lease: another that looks meanwhile finds nothing to do."""
    monkeypatch.setattr("services.snapshots.claims.RENEW_EVERY_SECONDS", 0.01)
    ingest(database, violation(GUILD, NOW_MS))
    clock, others = Clock(NOW_MS), []

    def three_leases_pass() -> None:
        for _ in range(6):
            clock.advance(LEASE_MS // 2)
            until(lambda: _claimed_until_ms(database) == clock() + LEASE_MS, 60, "renewed")
            others.append(make(database, clock()))

    with once_before(database, "FROM rollup_days", three_leases_pass):
        assert materialise_dirty(database, stored.no_cache(), clock) == 1
    assert others == [0] * 6
    assert set(versions(database).values()) == {1}
    assert not is_dirty(database)


def _claimed_until_ms(database: Database) -> int:
    with database.read() as connection:
        found = connection.exec_driver_sql("SELECT max(claimed_until_ms) FROM dirty_guilds")
        return int(found.scalar_one())


def test_work_of_a_dead_worker_is_taken_up_after_its_lease(database: Database) -> None:
    ingest(database, *(violation(GUILD, NOW_MS) for _ in range(10)))
    with database.write() as connection:
        assert claim_dirty(connection, uuid4(), NOW_MS, LEASE_MS, 10)
    ingest(database, violation(GUILD, NOW_MS + 1))
    assert make(database, NOW_MS + LEASE_MS) == 0
    assert make(database, NOW_MS + LEASE_MS + 1) == 1
    ((_, started_ms, _, count, _),) = stored.rows(database, "raids", [GUILD])
    assert (started_ms, count) == (NOW_MS, 11)
    assert not is_dirty(database)


def test_work_of_a_dead_worker_waits_for_no_clock_that_was_set_back(database: Database) -> None:
    ingest(database, violation(GUILD, NOW_MS))
    with database.write() as connection:
        assert claim_dirty(connection, uuid4(), NOW_MS + HOUR_MS, LEASE_MS, 10)
    assert make(database, NOW_MS) == 1
    assert not is_dirty(database)


def test_a_failure_gives_the_claim_back_with_its_work(database: Database) -> None:
    ingest(database, *(violation(GUILD, NOW_MS) for _ in range(10)))
    with failing(database, "raids"):
        assert make(database) == 0
    again_ms = NOW_MS + FIRST_RETRY_MS + 1
    with failing(database, "metric_snapshots"):
        assert make(database, again_ms) == 0
    assert is_dirty(database)
    assert make(database, again_ms + LONGEST_RETRY_MS) == 1
    assert len(stored.rows(database, "raids", [GUILD])) == 1
    assert not is_dirty(database)


def test_two_at_once_share_the_work(database: Database) -> None:
    guilds = range(GUILD, GUILD + 230)
    ingest_events(database, [violation(guild_id, NOW_MS) for guild_id in guilds], NOW_MS)
    done = at_once([lambda: make(database)] * 2)
    assert sum(done) == len(guilds)
    with database.read() as connection:
        query = "SELECT count(*), min(version), max(version) FROM metric_snapshots"
        assert tuple(connection.exec_driver_sql(query).one()) == (len(guilds) * len(ALL), 1, 1)
    assert stored.rows(database, "dirty_guilds", list(guilds)) == []
