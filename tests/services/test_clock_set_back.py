"""A clock that was ahead for some seconds, and is set back: what it put off is done."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import select, update

from domain.alert_rules import Thresholds
from domain.delivery_life import LEASE_MS, LONGEST_BLOCK_MS
from domain.long_work import RETRY_MS
from domain.roles import Authenticated, Owner
from domain.windows import DAY_MS, HOUR_MS, MINUTE_MS
from models.audit_log import add_audit_entries, count_actions
from models.channels.tables import StoredChannel
from models.deliveries.marks import mark_sending
from models.heartbeat import Heartbeat
from models.work import long as long_work
from services.deliveries.claiming import claim_due
from services.deliveries.engine import deliver, is_anything_due
from services.notifications.preferences import put_preferences
from services.operations import upkeep
from services.operations.set_back import put_right
from tests.parts import GUILD
from tests.services.alerts.town import Town, open_town, raid
from tests.services.events import heartbeat


@pytest.fixture
def town(database_url: str, tmp_path: Path) -> Iterator[Town]:
    with ExitStack() as stack:
        yield open_town(stack, database_url, tmp_path)


def _begin_raid(town: Town) -> None:
    town.ingest(*raid(town.clock() - 30_000))
    town.parts.materialise()


def _sweep(town: Town, later_ms: int = MINUTE_MS) -> None:
    """What beat has done of it, some time after the clock was set back."""
    town.clock.advance(later_ms)
    put_right(town.parts.database, town.clock())
    deliver(town.parts)


def test_what_waits_to_be_sent_is_sent(town: Town) -> None:
    town.add_channel("slack")
    town.clock.advance(DAY_MS)
    _begin_raid(town)
    town.clock.advance(MINUTE_MS - DAY_MS)
    assert not is_anything_due(town.parts)
    upkeep.sweep(town.parts)
    assert is_anything_due(town.parts)
    deliver(town.parts)
    assert len(town.said()) == 1


@pytest.mark.parametrize("is_begun", [False, True], ids=["claimed", "sending"])
def test_what_a_worker_that_was_killed_had_claimed_is_taken_over(
    town: Town, is_begun: bool
) -> None:
    town.add_channel("slack")
    _begin_raid(town)
    town.clock.advance(DAY_MS)
    claim = uuid4()
    (job,) = claim_due(town.parts, claim, 8)
    if is_begun:
        with town.parts.database.write() as connection:
            now_ms = town.clock()
            assert mark_sending(connection, job.row, claim, now_ms, now_ms + LEASE_MS)
    town.clock.advance(-DAY_MS)
    _sweep(town)
    assert town.said() == []  # it may be alive: it has its lease
    _sweep(town, LEASE_MS + 1)
    if is_begun:
        _sweep(town)
    assert len(town.said()) == 1


def test_a_channel_is_left_alone_for_no_longer_than_its_provider_may_ask(town: Town) -> None:
    id = town.add_channel("slack", blocked_until_ms=town.clock() + DAY_MS + HOUR_MS)
    _begin_raid(town)
    _sweep(town)
    assert len(town.said()) == 1
    long_ms = town.clock() + LONGEST_BLOCK_MS
    with town.parts.database.write() as connection:
        asked = update(StoredChannel).where(StoredChannel.guild_id == GUILD, StoredChannel.id == id)
        connection.execute(asked.values(blocked_until_ms=long_ms))
    assert put_right(town.parts.database, town.clock()) == 0


def test_what_is_held_by_such_a_clock_is_decided_again(town: Town) -> None:
    """It is night by the clock that is ahead, and by the one that is right it is day."""
    town.add_channel("slack")
    now = {"start": "10:00", "end": "12:00", "timezone": "UTC"}
    who = Authenticated(GUILD, 41, Owner)
    put_preferences(town.parts, who, {"quiet_hours": now})
    day_ms = town.clock()
    town.clock.advance(_until(day_ms, 11) + DAY_MS)
    _begin_raid(town)
    deliver(town.parts)
    assert town.states() == ["firing held quiet_hours"]
    assert put_right(town.parts.database, town.clock()) == 0  # so long as it says that: held
    town.clock.advance(-DAY_MS - 2 * HOUR_MS)
    _sweep(town)
    assert len(town.said()) == 1


def _until(now_ms: int, hour: int) -> int:
    """Until the next time at which it is this hour in UTC."""
    return (hour * HOUR_MS - now_ms % DAY_MS) % DAY_MS


def test_long_work_that_was_asked_for_is_due(town: Town) -> None:
    database, now_ms = town.parts.database, town.clock()
    with database.write() as connection:
        long_work.ask(connection, GUILD, "export", "asked", now_ms + DAY_MS)
        long_work.ask(connection, GUILD + 1, "export", "tried", now_ms)
        piece = long_work.claim_next(connection, now_ms, now_ms + 1)
        assert piece is not None
        again_ms = now_ms + DAY_MS + RETRY_MS[1]
        long_work.fail(connection, piece, "no room", again_ms, now_ms)
    assert put_right(database, now_ms) == 2
    with database.write() as connection:
        due = [long_work.claim_next(connection, now_ms, now_ms + 1) for _ in range(3)]
    assert {one.subject for one in due if one} == {"asked", "tried"}


def test_long_work_that_waits_for_its_next_try_goes_on_waiting(town: Town) -> None:
    database, now_ms = town.parts.database, town.clock()
    with database.write() as connection:
        long_work.ask(connection, GUILD, "export", "x", now_ms)
        piece = long_work.claim_next(connection, now_ms, now_ms + 1)
        assert piece is not None
        long_work.fail(connection, piece, "no room", now_ms + max(RETRY_MS), now_ms)
    assert put_right(database, now_ms) == 0


def test_a_bot_that_falls_silent_is_missed(town: Town) -> None:
    town.clock.advance(DAY_MS)
    town.ingest(heartbeat(GUILD, town.clock()))
    town.clock.advance(-DAY_MS)
    assert put_right(town.parts.database, town.clock()) == 2  # the heartbeat itself as well
    silent_ms = (Thresholds().bot_offline_s + 60) * 1000
    town.pass_time(silent_ms, is_silent=True)
    assert [alert.event_type for alert in town.alerts()] == ["bot_offline"]


def test_the_next_heartbeat_is_the_latest(town: Town) -> None:
    town.clock.advance(DAY_MS)
    town.ingest(heartbeat(GUILD, town.clock()))
    town.clock.advance(-DAY_MS)
    put_right(town.parts.database, town.clock())
    town.ingest(heartbeat(GUILD, town.clock()))
    assert _heartbeats(town) == [town.clock()]
    assert put_right(town.parts.database, town.clock()) == 0


def _heartbeats(town: Town) -> list[int]:
    with town.parts.database.read() as connection:
        return list(connection.scalars(select(Heartbeat.timestamp_ms)))


def test_what_may_be_done_so_often_a_minute_may_be_done_again(town: Town) -> None:
    with town.parts.database.write() as connection:
        now_ms = town.clock()
        rows = [(GUILD, uuid4(), 41, "test", "{}", at_ms) for at_ms in (now_ms, now_ms + DAY_MS)]
        add_audit_entries(connection, rows)
        assert count_actions(connection, GUILD, "test", now_ms) == 1
