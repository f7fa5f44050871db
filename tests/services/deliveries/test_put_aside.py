"""One delivery, or one guild, that cannot be decided keeps no message from the others."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import select

from domain.retries import FIRST_RETRY_MS
from domain.windows import HOUR_MS, MINUTE_MS
from models.deliveries.tables import Delivery
from models.put_aside import count_guilds_failing
from services.deliveries.claiming import claim_due
from services.deliveries.engine import deliver, seconds_to_next, take_over
from services.notifications.preferences import put_preferences
from services.operations.health import health_report
from tests.parts import GUILD
from tests.services.alerts.town import Town, open_town, raid

BAD, GOOD = GUILD, GUILD + 1
LATER = "of_a_later_release"


@pytest.fixture
def town(database_url: str, tmp_path: Path) -> Iterator[Town]:
    with ExitStack() as stack:
        yield open_town(stack, database_url, tmp_path)


def _begin_raids(town: Town, kind: str = "slack") -> None:
    for guild_id in (BAD, GOOD):
        town.add_channel(kind, guild_id=guild_id)
        town.ingest(*raid(town.clock() - 30_000, guild_id=guild_id))
    town.parts.materialise()


def _lose_zone(town: Town) -> None:
    """As where the web process has a newer list of zones."""
    quiet = {"start": "22:00", "end": "07:00", "timezone": "Europe/Berlin"}
    put_preferences(town.parts, town.who, {"quiet_hours": quiet})
    _change(town, "alert_settings", "quiet_zone = 'Mars/Olympus_Mons'")


def _change(town: Town, table: str, values: str) -> None:
    with town.parts.database.write() as connection:
        connection.exec_driver_sql(f"UPDATE {table} SET {values} WHERE guild_id = {BAD}")


def _states(town: Town) -> dict[int, set[str]]:
    """Of the raid's message in each guild."""
    query = select(Delivery.guild_id, Delivery.state).where(Delivery.kind == "firing")
    found: dict[int, set[str]] = {}
    with town.parts.database.read() as connection:
        for guild_id, state in connection.execute(query):
            found.setdefault(guild_id, set()).add(state)
    return found


def _aside(town: Town) -> dict[str, int]:
    with town.parts.database.read() as connection:
        return count_guilds_failing(connection)


@pytest.mark.parametrize("harm", ["zone", "event type", "settings"])
def test_messages_of_the_others_are_sent(town: Town, harm: str) -> None:
    _begin_raids(town)
    if harm == "zone":
        _lose_zone(town)
    elif harm == "event type":
        _change(town, "deliveries", f"event_type = '{LATER}'")
    else:  # all of the guild's deliveries fail, before any is looked at
        _lose_zone(town)
        _change(town, "alert_settings", "enabled_events = '{'")
    deliver(town.parts)
    assert _states(town) == {BAD: {"queued"}, GOOD: {"sent"}}
    assert _aside(town) == {"messages": 1}
    assert "1 messages" in health_report(town.parts).checks["background"].message
    assert 0 < seconds_to_next(town.parts) <= FIRST_RETRY_MS / 1000, "nothing is due till then"


def test_it_is_sent_once_it_can_be(town: Town) -> None:
    _begin_raids(town)
    _change(town, "deliveries", f"event_type = '{LATER}'")
    deliver(town.parts)
    _change(town, "deliveries", "event_type = 'mass_violations'")
    town.clock.advance(FIRST_RETRY_MS)
    deliver(town.parts)
    assert _states(town) == {BAD: {"sent"}, GOOD: {"sent"}}
    town.clock.advance(10 * MINUTE_MS)
    deliver(town.parts)
    assert _aside(town) == {}


@pytest.mark.parametrize("harm", ["zone", "event type"])
def test_what_is_held_for_the_others_is_told(town: Town, harm: str) -> None:
    until_ms = town.clock() + HOUR_MS
    for guild_id in (BAD, GOOD):
        who = type(town.who)(guild_id, 41, town.who.role)
        put_preferences(town.parts, who, {"muted_until": until_ms})
    _begin_raids(town)
    deliver(town.parts)
    assert _states(town) == {BAD: {"held"}, GOOD: {"held"}}
    if harm == "zone":
        _lose_zone(town)
    else:
        _change(town, "deliveries", f"event_type = '{LATER}'")
    town.clock.advance(HOUR_MS + 1)
    deliver(town.parts)
    assert _states(town) == {BAD: {"held"}, GOOD: {"sent"}}


def test_what_a_killed_worker_left_is_taken_over_for_the_others(town: Town) -> None:
    _begin_raids(town)
    assert len(claim_due(town.parts, uuid4(), 8)) == 2
    with town.parts.database.write() as connection:
        connection.exec_driver_sql(
            "UPDATE deliveries SET state = 'sending' WHERE state = 'claimed'"
        )
    _change(town, "deliveries", "priority = 'of a later release'")
    town.clock.advance(HOUR_MS)
    take_over(town.parts)
    assert _states(town)[BAD] == {"sending"}
    assert _states(town)[GOOD] != {"sending"}
    assert take_over(town.parts) == 0, "it has its time to try again"
