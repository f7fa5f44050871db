"""The invented past: the same for the same seed, whenever it is made, and worth looking at."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from random import Random

import pytest
from sqlalchemy import func, select, update

from adapters.database import Database
from domain.clock import parse_rfc3339
from domain.windows import HOUR_MS, MINUTE_MS
from models.accounts.roles import RoleAssignment
from models.guilds.guild import Guild, demo_guilds
from models.guilds.settings import GuildConfig, GuildRules
from schemas.events.structs import (
    AppealEvent,
    Event,
    MessagesEvent,
    UserEvent,
    ViolationEvent,
    WarningEvent,
)
from services.demo.guild import demo_guild, demo_guild_id
from services.demo.history import GuildHistory
from services.demo.load import DemoSize, RealDataError, load_demo
from services.demo.rhythm import LocalHours, in_order
from services.ingest.store import ingest_events
from services.operations.rollups import verify
from tests.services import stored

NOW_MS = parse_rfc3339("2026-03-18T10:20:05.250Z")
SMALL = DemoSize(guilds=2, days=20, violations=800)
LATER_MS = (MINUTE_MS, 13 * HOUR_MS + 33 * MINUTE_MS, 24 * 11 * HOUR_MS)


def _history(days: int = 45, violations: int = 3_000, now_ms: int = NOW_MS) -> list[Event]:
    guild = demo_guild(demo_guild_id(1, 0))
    return list(
        GuildHistory(guild=guild, seed=1, days=days, violations=violations, now_ms=now_ms).events()
    )


def _violations(events: list[Event]) -> list[ViolationEvent]:
    return [event for event in events if isinstance(event, ViolationEvent)]


def test_the_same_seed_at_the_same_time_is_the_same_history() -> None:
    assert _history() == _history()


@pytest.mark.parametrize("later_ms", LATER_MS)
def test_made_again_later_it_has_the_same_events(later_ms: int) -> None:
    first, second = _history(), _history(now_ms=NOW_MS + later_ms)
    assert [event.id for event in first] == [event.id for event in second]
    assert [type(event) for event in first] == [type(event) for event in second]
    who = [[event.user_id for event in _violations(events)] for events in (first, second)]
    assert who[0] == who[1]


def test_nothing_lies_in_the_future_or_before_the_first_day() -> None:
    times = [event.timestamp for event in _history()]
    assert max(times) <= NOW_MS
    assert min(times) >= NOW_MS - 45 * 24 * HOUR_MS - HOUR_MS


def test_ids_are_unique() -> None:
    ids = [event.id for event in _history()]
    assert len(ids) == len(set(ids))


def test_evenings_are_livelier_than_early_mornings() -> None:
    guild = demo_guild(demo_guild_id(1, 0))
    local = LocalHours(guild.timezone, (NOW_MS // HOUR_MS) - 50 * 24, NOW_MS // HOUR_MS + 1)
    events = _history()
    hits = Counter(local.hour_of_week(one.timestamp) % 24 for one in _violations(events))
    assert sum(hits[hour] for hour in range(18, 23)) > 5 * sum(hits[hour] for hour in range(3, 8))


def test_a_few_members_do_much_of_it_and_some_raid() -> None:
    hits = _violations(_history())
    by_member = Counter(one.user_id for one in hits if one.detection_type != "raid")
    assert by_member.most_common(1)[0][1] > 8 * len(hits) / len(by_member) / 2
    assert sum(count == 1 for count in by_member.values()) > len(by_member) / 6
    raids = [one.timestamp for one in hits if one.detection_type == "raid"]
    assert any(raids[place + 9] - raids[place] <= 5 * MINUTE_MS for place in range(len(raids) - 9))


def test_moderators_differ_and_have_their_shifts() -> None:
    guild = demo_guild(demo_guild_id(1, 0))
    hits = [one for one in _violations(_history()) if one.moderator_id is not None]
    names = {one.user_id for one in guild.moderators}
    assert {one.moderator_id for one in hits} <= names
    assert len({one.moderator_id for one in hits}) >= 3
    assert all(one.response_time_ms is not None for one in hits)


def test_appeals_in_every_state_and_warnings_of_every_level() -> None:
    events = _history()
    appeals = {event.status for event in events if isinstance(event, AppealEvent)}
    assert appeals == {"pending", "approved", "denied"}
    levels = {event.level for event in events if isinstance(event, WarningEvent)}
    assert levels == {1, 2, 3, 4, 5}


def test_everyone_who_does_anything_has_a_name() -> None:
    events = _history()
    named = {event.user_id for event in events if isinstance(event, UserEvent)}
    hits = _violations(events)
    assert {one.user_id for one in hits} <= named
    assert {one.moderator_id for one in hits if one.moderator_id} <= named


def test_messages_every_hour() -> None:
    counts = [event for event in _history() if isinstance(event, MessagesEvent)]
    hours = {event.timestamp // HOUR_MS for event in counts}
    assert len(hours) >= 45 * 24
    assert all(event.count >= 1 for event in counts)


def test_draws_in_order_are_uniform() -> None:
    draws = list(in_order(10_000, Random(1)))
    assert draws == sorted(draws)
    assert all(0 <= draw < 1 for draw in draws)
    tenths = Counter(int(draw * 10) for draw in draws)
    assert all(850 < tenths[tenth] < 1150 for tenth in range(10))


def test_what_people_decided_lies_within_the_invented_past(database: Database) -> None:
    load_demo(database, SMALL, NOW_MS)
    with database.read() as connection:
        guild_ids = demo_guilds(connection)
        start_ms = connection.scalar(select(func.min(Guild.first_event_ms)))
        times = [
            *connection.scalars(select(GuildRules.updated_ms)),
            *connection.scalars(select(GuildConfig.updated_ms)),
            *connection.scalars(select(RoleAssignment.assigned_ms)),
        ]
    assert len(times) > 2 * len(guild_ids)
    assert start_ms is not None
    assert start_ms - HOUR_MS <= min(times) < max(times) < NOW_MS


def test_loading_it_twice_adds_nothing(database: Database) -> None:
    first = load_demo(database, SMALL, NOW_MS)
    with database.read() as connection:
        guild_ids = demo_guilds(connection)
    assert len(guild_ids) == SMALL.guilds
    names = (*stored.STATE, *stored.ROLLUPS, "guild_configs", "guild_rules", "role_assignments")
    once = stored.all_rows(database, names, guild_ids)
    assert len(once["violations"]) == SMALL.violations
    for later_ms in (0, *LATER_MS):
        again = load_demo(database, SMALL, NOW_MS + later_ms)
        assert (again.new_events, again.known_events) == (0, first.new_events)
    assert stored.all_rows(database, names, guild_ids) == once
    assert stored.rows(database, "outbox", guild_ids) == []
    assert verify(database, guild_ids, NOW_MS) == []


def test_if_empty_goes_on_with_what_was_interrupted(database: Database) -> None:
    chunks: list[int] = []

    def stop(violations: int) -> None:
        chunks.append(violations)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        load_demo(database, SMALL, NOW_MS, progress=stop)
    done = load_demo(database, SMALL, NOW_MS + HOUR_MS, if_empty=True)
    assert done.guilds == SMALL.guilds
    assert done.known_events > 0
    assert load_demo(database, SMALL, NOW_MS, if_empty=True).guilds == 0


def test_real_data_is_left_alone_unless_forced(database: Database) -> None:
    hit = _violations(_history(days=2, violations=1))[0]
    ingest_events(database, [hit], NOW_MS)
    with database.write() as connection:
        connection.execute(update(Guild).values(is_demo=False))
    other = DemoSize(guilds=1, days=2, violations=10, seed=2)
    before = stored.all_rows(database, stored.STATE, [hit.guild_id])
    with pytest.raises(RealDataError):
        load_demo(database, other, NOW_MS)
    assert load_demo(database, other, NOW_MS, if_empty=True).guilds == 0
    assert load_demo(database, other, NOW_MS, force=True).guilds == 1
    assert stored.all_rows(database, stored.STATE, [hit.guild_id]) == before
    with database.read() as connection:
        assert demo_guilds(connection) == [demo_guild_id(2, 0)]


@pytest.mark.parametrize("size", [DemoSize(5, 1, 0), DemoSize(3, 1, 2), DemoSize(1, 90, 1)])
def test_small_demos(sqlite_url: str, tmp_path: Path, size: DemoSize) -> None:
    database = Database(sqlite_url)
    load_demo(database, size, NOW_MS)
    with database.read() as connection:
        guild_ids = demo_guilds(connection)
    assert len(guild_ids) == size.guilds
    assert len(stored.rows(database, "violations", guild_ids)) == size.violations
    database.close()
