"""Who makes snapshots when, and that a version says what it names."""

from __future__ import annotations

from collections.abc import Callable
from uuid import uuid4

import pytest
from sqlalchemy.exc import DBAPIError

from adapters.database import Database
from adapters.redis_link import RedisLink
from adapters.snapshot_cache import SnapshotCache
from domain.snapshot import SPANS, Kind, Snapshot
from domain.spans import Span
from domain.windows import DAY_MS, HOUR_MS, MINUTE_MS
from models.dirty_guild import claim_dirty, dirty_since
from models.snapshot import load_snapshot
from schemas.event import HeartbeatEvent
from services.ingest import ingest_events
from services.materialise import LEASE_MS, mark_all, mark_slid, materialise_dirty
from tests.servers.valkey import Valkey
from tests.services import stored
from tests.services.events import heartbeat, messages, one_of_each, user, violation
from tests.services.histories import NOW_MS
from tests.services.moments import failing, once_before
from tests.services.test_ingest_concurrency import at_once

GUILD = 10**17
ALL = [(kind, span) for kind in Kind for span in SPANS[kind]]


def _make(database: Database, now_ms: int = NOW_MS, cache: SnapshotCache | None = None) -> int:
    return materialise_dirty(database, cache or stored.no_cache(), lambda: now_ms)


def _load(database: Database, kind: Kind, span: Span, guild_id: int = GUILD) -> Snapshot:
    with database.read() as connection:
        found = load_snapshot(connection, guild_id, kind, span)
    assert found is not None
    return found


def _versions(database: Database) -> dict[tuple[Kind, Span], int]:
    return {key: _load(database, *key).version for key in ALL}


def _is_dirty(database: Database, guild_id: int = GUILD) -> bool:
    with database.read() as connection:
        return dirty_since(connection, guild_id) is not None


def _ingest(database: Database, *events: object) -> None:
    ingest_events(database, list(events), NOW_MS)  # type: ignore[arg-type]


def test_version_grows_only_when_bytes_change(database: Database) -> None:
    _ingest(database, *one_of_each(GUILD, NOW_MS))
    assert _make(database) == 1
    first = {key: _load(database, *key) for key in ALL}
    assert {one.version for one in first.values()} == {1}
    mark_all(database, [GUILD], NOW_MS + 1)
    assert _make(database, NOW_MS + 1) == 1
    for key, one in first.items():
        again = _load(database, *key)
        assert (again.version, again.changed_ms, again.body) == (1, NOW_MS, one.body)
        assert again.as_of_ms == NOW_MS + 1
    _ingest(database, messages(GUILD, NOW_MS - 2 * DAY_MS))
    _make(database, NOW_MS + 2)
    for (kind, span), one in first.items():
        again = _load(database, kind, span)
        changed = again.body != one.body
        assert (again.version, again.changed_ms) == ((2, NOW_MS + 2) if changed else (1, NOW_MS))
    assert _load(database, Kind.METRICS, Span.WEEK).version == 2
    assert _load(database, Kind.METRICS, Span.DAY).version == 1
    assert _load(database, Kind.TOP_OFFENDERS, Span.ALL).version == 1


def test_nothing_dirty_is_nothing_to_do(database: Database) -> None:
    assert _make(database) == 0
    _ingest(database, messages(GUILD, NOW_MS))
    assert (_make(database), _make(database)) == (1, 0)
    _ingest(database, heartbeat(GUILD, NOW_MS))
    assert _make(database) == 0


def test_each_event_but_a_heartbeat_has_its_guild_done_again(database: Database) -> None:
    _ingest(database, *one_of_each(GUILD, NOW_MS))
    _make(database)
    for event in one_of_each(GUILD, NOW_MS):
        _ingest(database, event)
        assert _is_dirty(database) == (not isinstance(event, HeartbeatEvent)), event
        _make(database)


def test_a_longer_history_is_shown_though_only_a_heartbeat_came(database: Database) -> None:
    _ingest(database, violation(GUILD, NOW_MS))
    _make(database)
    before = _load(database, Kind.TEMPORAL_ANALYTICS, Span.WEEK).body
    _ingest(database, heartbeat(GUILD, NOW_MS - 3 * DAY_MS))
    assert _make(database) == 1
    assert _load(database, Kind.TEMPORAL_ANALYTICS, Span.WEEK).body != before


def test_a_guild_that_changes_meanwhile_is_done_again(database: Database) -> None:
    _ingest(database, violation(GUILD, NOW_MS))

    def change() -> None:
        _ingest(database, violation(GUILD, NOW_MS - DAY_MS))

    with once_before(database, "FROM rollup_days", change):
        assert _make(database) == 2
    assert not _is_dirty(database)
    assert b'"violations_total":2' in _load(database, Kind.METRICS, Span.MONTH).body


def test_a_mark_set_just_before_the_claim_is_settled_stays(postgres_url: str) -> None:
    """On SQLite nobody can write there: the transaction that settles has the only pen."""
    database = Database(postgres_url)
    _ingest(database, violation(GUILD, NOW_MS))

    def change() -> None:
        _ingest(database, violation(GUILD, NOW_MS))

    with once_before(database, "INSERT INTO metric_snapshots", change):
        assert _make(database) == 2
    assert b'"violations_total":2' in _load(database, Kind.METRICS, Span.DAY).body
    assert not _is_dirty(database)
    database.close()


def _late_worker(database: Database, cache: SnapshotCache) -> Callable[[], None]:
    """Someone else who finds the lease run out, with news of which the first knows nothing."""

    def take_over() -> None:
        hits = [violation(GUILD, NOW_MS - second * 1000) for second in range(1, 12)]
        _ingest(database, *hits)
        assert _make(database, NOW_MS + LEASE_MS + 1, cache) == 1

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
    _ingest(database, *(violation(GUILD, NOW_MS) for _ in range(10)))
    with once_before(database, moment, _late_worker(database, cache)):
        _make(database, NOW_MS, cache)
    body = _load(database, Kind.METRICS, Span.DAY).body
    assert b'"violations_total":21' in body
    assert set(_versions(database).values()) == {1}
    cached = cache.get(GUILD, Kind.METRICS, Span.DAY)
    assert cached is not None
    assert cached.body == body
    ((_, started_ms, _, count, _),) = stored.rows(database, "raids", [GUILD])
    assert (started_ms, count) == (NOW_MS - 11_000, 21)
    assert not _is_dirty(database)
    link.close()


def test_work_of_a_dead_worker_is_taken_up_after_its_lease(database: Database) -> None:
    _ingest(database, *(violation(GUILD, NOW_MS) for _ in range(10)))
    with database.write() as connection:
        assert claim_dirty(connection, uuid4(), NOW_MS, LEASE_MS, 10)
    _ingest(database, violation(GUILD, NOW_MS + 1))
    assert _make(database, NOW_MS + LEASE_MS) == 0
    assert _make(database, NOW_MS + LEASE_MS + 1) == 1
    ((_, started_ms, _, count, _),) = stored.rows(database, "raids", [GUILD])
    assert (started_ms, count) == (NOW_MS, 11)
    assert not _is_dirty(database)


def test_work_of_a_dead_worker_waits_for_no_clock_that_was_set_back(database: Database) -> None:
    _ingest(database, violation(GUILD, NOW_MS))
    with database.write() as connection:
        assert claim_dirty(connection, uuid4(), NOW_MS + HOUR_MS, LEASE_MS, 10)
    assert _make(database, NOW_MS) == 1
    assert not _is_dirty(database)


def test_a_failure_gives_the_claim_back_with_its_work(database: Database) -> None:
    _ingest(database, *(violation(GUILD, NOW_MS) for _ in range(10)))
    with failing(database, "raids"), pytest.raises(DBAPIError, match="refused"):
        _make(database)
    with failing(database, "metric_snapshots"), pytest.raises(DBAPIError, match="refused"):
        _make(database)
    assert _is_dirty(database)
    assert _make(database) == 1
    assert len(stored.rows(database, "raids", [GUILD])) == 1
    assert not _is_dirty(database)


def test_two_at_once_share_the_work(database: Database) -> None:
    guilds = range(GUILD, GUILD + 230)
    ingest_events(database, [violation(guild_id, NOW_MS) for guild_id in guilds], NOW_MS)
    done = at_once([lambda: _make(database)] * 2)
    assert sum(done) == len(guilds)
    with database.read() as connection:
        query = "SELECT count(*), min(version), max(version) FROM metric_snapshots"
        assert tuple(connection.exec_driver_sql(query).one()) == (len(guilds) * len(ALL), 1, 1)
    assert stored.rows(database, "dirty_guilds", list(guilds)) == []


def test_windows_that_slid_are_redone_though_nothing_came(database: Database) -> None:
    _ingest(database, violation(GUILD, NOW_MS), messages(GUILD, NOW_MS, 30))
    _make(database)
    assert mark_slid(database, NOW_MS) == 0
    slid: list[set[Span]] = []
    for later_ms in (MINUTE_MS, HOUR_MS, DAY_MS, 30 * DAY_MS, 91 * DAY_MS):
        before = _versions(database)
        assert mark_slid(database, NOW_MS + later_ms) == 1
        assert _make(database, NOW_MS + later_ms) == 1
        assert mark_slid(database, NOW_MS + later_ms) == 0
        after = _versions(database)
        slid.append({span for (kind, span) in ALL if after[kind, span] > before[kind, span]})
    minute, hour, day, *_ = slid
    assert minute == {Span.HOUR}
    assert hour >= {Span.HOUR, Span.DAY, Span.WEEK}
    assert Span.MONTH not in hour
    assert day >= {Span.DAY, Span.WEEK, Span.MONTH}
    assert all(Span.ALL not in spans for spans in slid)
    assert b'"violations_total":0' in _load(database, Kind.METRICS, Span.MONTH).body
    assert mark_slid(database, NOW_MS + 400 * DAY_MS) == 0


def test_windows_that_lie_ahead_are_of_a_clock_that_was_set_back(database: Database) -> None:
    """Those without data are made on demand from then; of the others beat has them redone."""
    _ingest(database, violation(GUILD, NOW_MS))
    _make(database, NOW_MS + 20 * DAY_MS)
    day = _load(database, Kind.METRICS, Span.DAY)
    assert (day.holds_data, day.outlived(NOW_MS)) == (False, True)
    assert mark_slid(database, NOW_MS) == 1
    assert _make(database) == 1
    assert mark_slid(database, NOW_MS) == 0
    months = stored.made_bodies(database, [GUILD], NOW_MS)
    assert _load(database, Kind.METRICS, Span.MONTH).body == months[GUILD, Kind.METRICS, Span.MONTH]


def test_a_slide_redoes_the_slid_windows_alone(database: Database) -> None:
    _ingest(database, violation(GUILD, NOW_MS))
    _make(database)
    mark_slid(database, NOW_MS + MINUTE_MS)
    _make(database, NOW_MS + MINUTE_MS)
    for kind, span in ALL:
        later_ms = MINUTE_MS if span is Span.HOUR else 0
        assert _load(database, kind, span).as_of_ms == NOW_MS + later_ms


def test_a_name_heard_in_one_guild_is_shown_in_every_guild(database: Database) -> None:
    _ingest(database, violation(GUILD, NOW_MS, 77), violation(GUILD + 1, NOW_MS, 77))
    _make(database)
    other = _load(database, Kind.TOP_OFFENDERS, Span.ALL, GUILD + 1)
    assert b'"username":null' in other.body
    _ingest(database, user(GUILD, NOW_MS, 77, "ada"))
    assert _make(database) == 2
    for guild_id in (GUILD, GUILD + 1):
        assert b'"username":"ada"' in _load(database, Kind.TOP_OFFENDERS, Span.ALL, guild_id).body
    _ingest(database, user(GUILD, NOW_MS + 1, 77, "ada"), user(GUILD, NOW_MS - 1, 77, "old"))
    assert _make(database) == 1
    assert _load(database, Kind.TOP_OFFENDERS, Span.ALL, GUILD + 1).version == 2
