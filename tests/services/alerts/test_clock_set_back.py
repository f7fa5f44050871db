"""Alerts after a clock that was a day ahead for some seconds: what is new is told in its time."""

from __future__ import annotations

import pytest

from domain.alert_life import REMIND_EVERY_MS
from domain.windows import DAY_MS, HOUR_MS, MINUTE_MS
from models.alerts.looks import note_evaluated
from services.alerts.sweep import sweep_alerts
from services.alerts.watch import LATE_AFTER_MS, standing
from services.guilds.changes import put_rules
from services.notifications.preferences import put_preferences
from tests.parts import GUILD
from tests.services.alerts.test_events import _rate
from tests.services.alerts.town import Town, raid
from tests.services.events import violation


def _is_told_of(town: Town, *times_ms: int) -> bool:
    """Whether violations of these times are told of as they come."""
    before = town.notified()
    town.ingest(*(violation(GUILD, ms) for ms in times_ms))
    town.parts.materialise()
    sweep_alerts(town.parts)
    return len(town.notified()) > len(before)


def test_violations_are_told_of_again(town: Town) -> None:
    put_preferences(town.parts, town.who, {"enabled_events": ["new_violation"]})
    town.clock.advance(DAY_MS)
    assert _is_told_of(town, town.clock())
    town.clock.advance(MINUTE_MS - DAY_MS)
    assert _is_told_of(town, town.clock())
    assert town.notified()[-1] == "A new violation"  # the one of tomorrow is not told of now
    town.clock.advance(MINUTE_MS)
    assert not _is_told_of(town, town.clock())
    town.pass_time(5 * MINUTE_MS)
    assert "A new violation" in town.notified()[-1]


def test_a_group_that_was_begun_then_ends(town: Town) -> None:
    """Nothing new comes of its kind: time alone ends it, and what it gathered is told."""
    town.clock.advance(HOUR_MS)
    put_rules(town.parts, town.who, "Be kind.")
    put_rules(town.parts, town.who, "Be nice.")
    town.clock.advance(-HOUR_MS)
    sweep_alerts(town.parts)
    assert len(town.notified()) == 2


def test_a_raid_of_then_is_over(town: Town) -> None:
    town.clock.advance(DAY_MS)
    town.ingest(*raid(town.clock() - 30_000))
    town.parts.materialise()
    assert town.alert().state == "firing"
    town.clock.advance(-DAY_MS)
    sweep_alerts(town.parts)
    assert town.alert().state == "resolved"


@pytest.mark.parametrize("jump_ms", [DAY_MS, 2 * HOUR_MS])
def test_of_what_goes_on_people_are_reminded(town: Town, jump_ms: int) -> None:
    town.clock.advance(jump_ms)
    town.listen()
    town.ingest(_rate(town, 1))
    sweep_alerts(town.parts)
    assert town.trail(town.alert()) == ["opened", "not_told"]
    town.clock.advance(-jump_ms)
    sweep_alerts(town.parts)
    town.clock.advance(REMIND_EVERY_MS + 1)
    town.ingest(_rate(town, 1))
    sweep_alerts(town.parts)
    assert "reminded" in town.trail(town.alert())


def test_health_says_that_nobody_looks(town: Town) -> None:
    town.clock.advance(DAY_MS)
    sweep_alerts(town.parts)
    assert not _is_late(town)
    town.clock.advance(HOUR_MS - DAY_MS)
    assert _is_late(town)
    sweep_alerts(town.parts)
    assert not _is_late(town)
    with town.parts.database.write() as connection:  # by another host's clock
        note_evaluated(connection, town.clock() + 30_000)
    assert not _is_late(town)
    town.clock.advance(LATE_AFTER_MS + 31_000)
    assert _is_late(town)


def _is_late(town: Town) -> bool:
    return standing(town.parts.database, town.clock()).is_late(town.clock())
