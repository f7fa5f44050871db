"""Mutes, quiet hours, snoozes, escalation: what is held, and what becomes of it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from domain.alert_rules import CALM_AFTER_MS, Condition, EventType
from domain.clock import rfc3339
from domain.messages import Priority
from domain.windows import HOUR_MS, MINUTE_MS
from models.guilds.guild import lock_guilds
from services.alerts.people import (
    StaleRevisionError,
    acknowledge_alert,
    resolve_alert,
    snooze_alert,
)
from services.alerts.turns import Seen, apply_seen
from services.deliveries.engine import deliver
from services.deliveries.explaining import explain
from services.guilds.changes import put_rules
from tests.parts import GUILD
from tests.services.alerts.town import Town, begin_raid, raid, wish
from tests.services.events import heartbeat


def test_mute_fire_resolve_unmute_is_one_digest(town: Town) -> None:
    town.add_channel("slack")
    town.add_channel("pagerduty")
    wish(town, muted_until=town.clock() + HOUR_MS)
    begin_raid(town)
    town.pass_time(CALM_AFTER_MS)
    assert (town.said(), town.paged()) == ([], [])
    assert town.states("slack") == ["firing held muted", "resolved cancelled superseded"]
    wish(town, muted_until=None)
    deliver(town.parts)
    (digest,) = town.said()
    assert "1 thing happened while messages were held back" in digest
    assert "over since" in str(town.slack.accepted)
    assert town.paged() == []
    assert set(town.states("slack")) == {
        "firing digested muted",
        "resolved cancelled superseded",
        "digest sent sent",
    }
    assert town.states("pagerduty")[0] == "firing cancelled superseded"
    assert len(town.notified()) >= 2  # in the page it stands all the same
    town.pass_time(2 * HOUR_MS, HOUR_MS)
    assert len(town.said()) == 1


def test_fire_mute_resolve_the_pager_is_resolved_during_the_mute(town: Town) -> None:
    town.add_channel("slack")
    town.add_channel("pagerduty")
    begin_raid(town)
    wish(town, muted_until=town.clock() + HOUR_MS)
    town.pass_time(CALM_AFTER_MS)
    assert town.paged() == ["trigger", "resolve"]
    assert len(town.said()) == 2


def test_a_mute_that_ends_in_quiet_hours_is_held_on(quick_town: Town) -> None:
    """10:20 UTC: quiet from 10:30 to 12:00; the mute ends at 10:40."""
    town = quick_town
    town.add_channel("slack")
    quiet = {"start": "10:30", "end": "12:00", "timezone": "UTC"}
    wish(town, muted_until=town.clock() + 20 * MINUTE_MS, quiet_hours=quiet)
    begin_raid(town)
    town.pass_time(25 * MINUTE_MS, 5 * MINUTE_MS)
    assert town.states("slack")[0] == "firing held quiet_hours"
    assert rfc3339(town.deliveries("slack")[0].due_ms or 0) == "2026-03-18T12:00:00.000Z"
    town.pass_time(100 * MINUTE_MS, 10 * MINUTE_MS)
    assert len(town.said()) == 1


def test_a_zone_changed_in_quiet_hours_is_in_force_at_once(quick_town: Town) -> None:
    town = quick_town
    town.add_channel("slack")
    quiet = {"start": "10:00", "end": "12:00", "timezone": "UTC"}
    wish(town, quiet_hours=quiet)
    begin_raid(town)
    assert town.said() == []
    wish(town, quiet_hours=quiet | {"timezone": "Asia/Tokyo"})
    deliver(town.parts)
    assert len(town.said()) == 1


def test_critical_is_let_through_where_wanted(quick_town: Town) -> None:
    town = quick_town
    town.add_channel("slack", let_through="critical")
    wish(town, muted_until=town.clock() + HOUR_MS)
    begin_raid(town)
    assert len(town.said()) == 1


def test_a_channel_that_is_added_hears_nothing_of_what_began_before(quick_town: Town) -> None:
    town = quick_town
    begin_raid(town)
    town.add_channel("slack")
    town.pass_time(CALM_AFTER_MS + MINUTE_MS)
    assert (town.said(), town.states("slack")) == ([], ["resolved skipped never_told"])


def test_reminders_come_until_somebody_acknowledges(quick_town: Town) -> None:
    town = quick_town
    town.add_channel("slack")
    town.ingest(heartbeat(GUILD, town.clock()))
    town.sweep()
    town.pass_time(5 * MINUTE_MS, is_silent=True)
    alert = town.alert()
    assert alert.event_type == "bot_offline"
    # Moments of listening, in which no bot is called silent that was not: see `pass_time`.
    town.pass_time(9 * HOUR_MS, HOUR_MS // 2, is_silent=True)
    # The reminders are 4 h apart.
    kinds = [row.kind for row in town.deliveries("slack")]
    assert kinds == ["firing", "reminder", "reminder"]
    snooze_alert(town.parts, town.who, alert.id, None, town.clock() + 6 * HOUR_MS)
    town.pass_time(5 * HOUR_MS, HOUR_MS // 2, is_silent=True)
    assert len(town.deliveries("slack")) == 3
    acknowledge_alert(town.parts, town.who, alert.id, None)
    town.pass_time(9 * HOUR_MS, HOUR_MS // 2, is_silent=True)
    assert [row.kind for row in town.deliveries("slack")][3:] == ["acknowledged"]


def test_resolved_by_hand_is_told_and_stays_closed(town: Town) -> None:
    town.add_channel("slack")
    begin_raid(town)
    resolve_alert(town.parts, town.who, town.alert().id, None)
    town.clock.advance(2_000)  # Slack takes one message a second
    town.ingest(*raid(town.clock() - 20_000))
    town.sweep()
    (alert,) = town.alerts()
    assert (alert.state, alert.closed_reason, alert.closed_by) == (
        "resolved",
        "by_hand",
        "user:41",
    )
    assert len(town.said()) == 2
    town.pass_time(CALM_AFTER_MS + MINUTE_MS)
    begin_raid(town)
    assert len(town.alerts()) == 2


def test_an_open_alert_holds_back_what_follows_from_it(quick_town: Town) -> None:
    """mass_violations holds back new_violation, until it is over."""
    town = quick_town
    town.add_channel("slack")
    wish(town, enabled_events=["mass_violations", "new_violation"])
    begin_raid(town)
    assert "notification held inhibited" in town.states("slack")
    town.pass_time(CALM_AFTER_MS + MINUTE_MS)
    assert "notification sent sent" in town.states("slack")


def test_what_follows_from_a_silent_bot_is_held_back_until_it_is_back(quick_town: Town) -> None:
    town = quick_town
    town.add_channel("slack")
    town.ingest(heartbeat(GUILD, town.clock()))
    town.sweep()
    town.pass_time(5 * MINUTE_MS, is_silent=True)
    low = Seen(
        guild_id=GUILD,
        event_type=EventType.HEALTH_SCORE_DROP,
        judge=lambda _: Condition.BAD,
        value=40,
        threshold=50,
    )
    with town.parts.database.write() as connection:
        guilds = lock_guilds(connection, [GUILD])
        apply_seen(connection, town.parts.secrets, guilds, [low], town.clock())
    deliver(town.parts)
    assert town.states() == ["firing sent sent", "firing held inhibited"]
    town.pass_time(2 * MINUTE_MS)
    assert sorted(town.states()) == ["firing sent sent"] * 2 + ["resolved sent sent"]


def test_more_changes_of_one_person_are_foretold_as_a_digest(quick_town: Town) -> None:
    town, other = quick_town, replace(quick_town.who, user_id=42)
    town.add_channel("slack")
    put_rules(town.parts, town.who, "Be kind.")
    reasons = []
    for who in (town.who, other):
        kind, priority = EventType.CONFIG_UPDATE, Priority.HIGH
        (said,) = explain(town.parts, who, kind, priority, None).decisions
        reasons.append(said.reason)
    assert reasons == ["grouped", "send"]


@pytest.mark.parametrize("stale", [0, 2, 7])
def test_a_stale_revision_changes_nothing(quick_town: Town, stale: int) -> None:
    town = quick_town
    begin_raid(town)
    with pytest.raises(StaleRevisionError):
        acknowledge_alert(town.parts, town.who, town.alert().id, stale)
    assert town.alert().state == "firing"
