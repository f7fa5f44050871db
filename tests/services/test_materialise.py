"""When snapshots are made again, and that a version says what it names."""

from __future__ import annotations

from uuid import uuid4

from adapters.database import Database
from domain.snapshot import Kind
from domain.spans import Span
from domain.windows import DAY_MS, HOUR_MS, MINUTE_MS
from schemas.events.structs import GuildEvent, HeartbeatEvent, Snowflake, TimestampMs
from services.snapshots.materialise import mark_all, mark_slid
from tests.services import stored
from tests.services.events import heartbeat, messages, one_of_each, user, violation
from tests.services.histories import NOW_MS
from tests.services.making import ALL, GUILD, ingest, is_dirty, load, make, versions


def test_version_grows_only_when_bytes_change(database: Database) -> None:
    # With a first event of long ago, since answers say from when on there is anything.
    ingest(database, messages(GUILD, NOW_MS - 20 * DAY_MS), *one_of_each(GUILD, NOW_MS))
    assert make(database) == 1
    first = {key: load(database, *key) for key in ALL}
    assert {one.version for one in first.values()} == {1}
    mark_all(database, [GUILD], NOW_MS + 1)
    assert make(database, NOW_MS + 1) == 1
    for key, one in first.items():
        again = load(database, *key)
        assert (again.version, again.changed_ms, again.body) == (1, NOW_MS, one.body)
        assert again.as_of_ms == NOW_MS + 1
    ingest(database, messages(GUILD, NOW_MS - 2 * DAY_MS))
    make(database, NOW_MS + 2)
    for (kind, span), one in first.items():
        again = load(database, kind, span)
        changed = again.body != one.body
        assert (again.version, again.changed_ms) == ((2, NOW_MS + 2) if changed else (1, NOW_MS))
    assert load(database, Kind.METRICS, Span.WEEK).version == 2
    assert load(database, Kind.METRICS, Span.DAY).version == 1
    assert load(database, Kind.TOP_OFFENDERS, Span.ALL).version == 1


def test_nothing_dirty_is_nothing_to_do(database: Database) -> None:
    assert make(database) == 0
    ingest(database, messages(GUILD, NOW_MS))
    assert (make(database), make(database)) == (1, 0)
    ingest(database, heartbeat(GUILD, NOW_MS))
    assert make(database) == 0


def test_each_event_that_shows_has_its_guild_done_again(database: Database) -> None:
    """A heartbeat shows nowhere, and neither does what was known of a guild."""
    ingest(database, *one_of_each(GUILD, NOW_MS))
    make(database)
    for event in one_of_each(GUILD, NOW_MS):
        ingest(database, event)
        is_silent = isinstance(event, (HeartbeatEvent, GuildEvent))
        assert is_dirty(database) != is_silent, event
        make(database)
    grown = GuildEvent(
        id=uuid4(), guild_id=Snowflake(GUILD), timestamp=TimestampMs(NOW_MS + 1), member_count=6
    )
    ingest(database, grown)
    assert is_dirty(database)


def test_a_longer_history_is_shown_though_only_a_heartbeat_came(database: Database) -> None:
    ingest(database, violation(GUILD, NOW_MS))
    make(database)
    before = load(database, Kind.TEMPORAL_ANALYTICS, Span.WEEK).body
    ingest(database, heartbeat(GUILD, NOW_MS - 3 * DAY_MS))
    assert make(database) == 1
    assert load(database, Kind.TEMPORAL_ANALYTICS, Span.WEEK).body != before


def test_windows_that_slid_are_redone_though_nothing_came(database: Database) -> None:
    ingest(database, violation(GUILD, NOW_MS), messages(GUILD, NOW_MS, 30))
    make(database)
    assert mark_slid(database, NOW_MS) == 0
    slid: list[set[Span]] = []
    for later_ms in (MINUTE_MS, HOUR_MS, DAY_MS, 30 * DAY_MS, 91 * DAY_MS):
        before = versions(database)
        assert mark_slid(database, NOW_MS + later_ms) == 1
        assert make(database, NOW_MS + later_ms) == 1
        assert mark_slid(database, NOW_MS + later_ms) == 0
        after = versions(database)
        slid.append({span for (kind, span) in ALL if after[kind, span] > before[kind, span]})
    minute, hour, day, *_ = slid
    assert minute == {Span.HOUR}
    assert hour >= {Span.HOUR, Span.DAY, Span.WEEK}
    assert Span.MONTH not in hour
    assert day >= {Span.DAY, Span.WEEK, Span.MONTH}
    assert all(Span.ALL not in spans for spans in slid)
    assert b'"violations_total":0' in load(database, Kind.METRICS, Span.MONTH).body
    assert mark_slid(database, NOW_MS + 400 * DAY_MS) == 0


def test_windows_that_lie_ahead_are_of_a_clock_that_was_set_back(database: Database) -> None:
    """Those without data are made on demand from then; of the others beat has them redone."""
    ingest(database, violation(GUILD, NOW_MS))
    make(database, NOW_MS + 20 * DAY_MS)
    day = load(database, Kind.METRICS, Span.DAY)
    assert (day.holds_data, day.outlived(NOW_MS)) == (False, True)
    assert mark_slid(database, NOW_MS) == 1
    assert make(database) == 1
    assert mark_slid(database, NOW_MS) == 0
    months = stored.made_bodies(database, [GUILD], NOW_MS)
    assert load(database, Kind.METRICS, Span.MONTH).body == months[GUILD, Kind.METRICS, Span.MONTH]


def test_a_slide_redoes_the_slid_windows_alone(database: Database) -> None:
    ingest(database, violation(GUILD, NOW_MS))
    make(database)
    mark_slid(database, NOW_MS + MINUTE_MS)
    make(database, NOW_MS + MINUTE_MS)
    for kind, span in ALL:
        later_ms = MINUTE_MS if span is Span.HOUR else 0
        assert load(database, kind, span).as_of_ms == NOW_MS + later_ms


def test_a_name_heard_in_one_guild_is_shown_in_every_guild(database: Database) -> None:
    ingest(database, violation(GUILD, NOW_MS, 77), violation(GUILD + 1, NOW_MS, 77))
    make(database)
    other = load(database, Kind.TOP_OFFENDERS, Span.ALL, GUILD + 1)
    assert b'"username":null' in other.body
    ingest(database, user(GUILD, NOW_MS, 77, "ada"))
    assert make(database) == 2
    for guild_id in (GUILD, GUILD + 1):
        assert b'"username":"ada"' in load(database, Kind.TOP_OFFENDERS, Span.ALL, guild_id).body
    ingest(database, user(GUILD, NOW_MS + 1, 77, "ada"), user(GUILD, NOW_MS - 1, 77, "old"))
    assert make(database) == 1
    assert load(database, Kind.TOP_OFFENDERS, Span.ALL, GUILD + 1).version == 2
