"""Silent bots, and our own silence."""

from __future__ import annotations

import pytest

from domain.windows import DAY_MS, MINUTE_MS
from models.alerts.looks import offline_changes
from services.alerts.shown import trail_page
from services.alerts.sweep import sweep_alerts
from services.notifications.preferences import put_preferences
from tests.parts import GUILD
from tests.services.alerts.town import Town
from tests.services.events import heartbeat

SILENT_MS = 5 * MINUTE_MS


def _alive(town: Town) -> None:
    town.ingest(heartbeat(GUILD, town.clock()))
    town.sweep()


def test_a_bot_that_falls_silent_and_comes_back(town: Town) -> None:
    town.add_channel("pagerduty")
    _alive(town)
    town.pass_time(SILENT_MS - 30_000, is_silent=True)
    assert town.alerts() == []
    town.pass_time(30_000, is_silent=True)
    alert = town.alert()
    assert (alert.event_type, alert.state, alert.threshold) == ("bot_offline", "firing", 300)
    town.pass_time(30_000)
    assert town.again(alert).state == "resolved"
    assert town.paged() == ["trigger", "resolve"]


def test_a_guild_that_never_sent_is_not_offline(quick_town: Town) -> None:
    town = quick_town
    town.ingest(heartbeat(GUILD, town.clock()), live=False)
    town.pass_time(2 * SILENT_MS, is_silent=True)
    assert town.alerts() == []


def test_nobody_is_called_offline_for_our_own_absence(town: Town) -> None:
    """Everything stopped for 20 minutes, and started: the silence counts from then on."""
    _alive(town)
    town.clock.advance(20 * MINUTE_MS)
    sweep_alerts(town.parts)  # before any web process is there
    assert town.alerts() == []
    town.listen()
    sweep_alerts(town.parts)
    assert town.alerts() == []
    town.pass_time(SILENT_MS - 30_000, is_silent=True)
    assert town.alerts() == []
    town.pass_time(30_000, is_silent=True)
    assert town.alert().event_type == "bot_offline"


def test_web_away_while_the_workers_go_on(town: Town) -> None:
    """Sweeps without anybody who could take events: no silence is the bot's."""
    _alive(town)
    for _ in range(40):
        town.clock.advance(30_000)
        town.sweep()
    assert town.alerts() == []
    _alive(town)
    town.listen()
    town.sweep()
    assert town.alerts() == []


def test_what_was_offline_before_stays_so_through_our_absence(quick_town: Town) -> None:
    town = quick_town
    _alive(town)
    town.pass_time(SILENT_MS, is_silent=True)
    town.clock.advance(20 * MINUTE_MS)
    town.listen()
    town.sweep()
    assert town.alert().state == "firing"


def test_two_sweeps_tell_once(town: Town) -> None:
    _alive(town)
    town.pass_time(SILENT_MS - 30_000, is_silent=True)
    town.clock.advance(30_000)
    town.listen()
    for _ in range(3):
        sweep_alerts(town.parts)
    assert town.notified() == ["The bot is silent"]


@pytest.mark.parametrize("seconds", [60, 240])
def test_a_changed_threshold_is_in_force_at_once(quick_town: Town, seconds: int) -> None:
    town = quick_town
    _alive(town)
    town.pass_time(4 * MINUTE_MS, is_silent=True)
    put_preferences(town.parts, town.who, {"thresholds": {"bot_offline_s": seconds}})
    alert = town.alert()
    assert alert.threshold == seconds
    put_preferences(town.parts, town.who, {"thresholds": {"bot_offline_s": 600}})
    assert town.again(alert).state == "resolved"
    assert town.trail(alert) == ["opened", "not_told", "resolved"]
    page = trail_page(town.parts.database, GUILD, alert.id)
    assert page is not None
    assert [row.text for row in page.trail] == [
        "The alert opened: its threshold was changed.",
        "Told on the page only: no channel is set up for this.",
        "The alert is over: its threshold was changed.",
    ]


def test_after_months_of_listening_silence_is_still_heard(town: Town) -> None:
    """More milliseconds than a number of 32 bits holds."""
    _alive(town)
    since_ms = town.clock() - 90 * DAY_MS
    town.clock.advance(SILENT_MS)
    with town.parts.database.read() as connection:
        (found,) = offline_changes(connection, town.clock(), since_ms)
    assert found.guild_id == GUILD


def test_many_guilds_at_once(town: Town) -> None:
    guilds = range(1_000, 1_600)
    town.ingest(*(heartbeat(guild, town.clock()) for guild in guilds))
    town.sweep()
    for _ in range(10):
        town.clock.advance(30_000)
        town.listen()
    with town.parts.database.read() as connection:
        assert len(offline_changes(connection, town.clock(), 0)) == len(guilds)
    assert sweep_alerts(town.parts) == len(guilds)
    assert sweep_alerts(town.parts) == 0
    assert len(town.notified()) == len(guilds)
