"""Mutes, quiet hours, snoozes, escalation: what is held, and what becomes of it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

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
from services.alerts.shown import trail_page
from services.alerts.turns import Seen, apply_seen
from services.deliveries.engine import deliver
from services.deliveries.explaining import explain
from services.deliveries.holds import release_holds
from services.guilds.changes import put_rules
from services.notifications.preferences import put_preferences
from tests.parts import GUILD
from tests.services.alerts.town import Town, raid
from tests.services.events import heartbeat


def _wish(town: Town, **values: Any) -> None:
    put_preferences(town.parts, town.who, values)


def _begin_raid(town: Town) -> None:
    town.ingest(*raid(town.clock() - 30_000))
    town.sweep()


def test_mute_fire_resolve_unmute_is_one_digest(town: Town) -> None:
    town.add_channel("slack")
    town.add_channel("pagerduty")
    _wish(town, muted_until=town.clock() + HOUR_MS)
    _begin_raid(town)
    town.pass_time(CALM_AFTER_MS)
    assert (town.said(), town.paged()) == ([], [])
    assert town.states("slack") == ["firing held muted", "resolved cancelled superseded"]
    _wish(town, muted_until=None)
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
    _begin_raid(town)
    _wish(town, muted_until=town.clock() + HOUR_MS)
    town.pass_time(CALM_AFTER_MS)
    assert town.paged() == ["trigger", "resolve"]
    assert len(town.said()) == 2


def test_a_mute_that_ends_in_quiet_hours_is_held_on(quick_town: Town) -> None:
    """10:20 UTC: quiet from 10:30 to 12:00; the mute ends at 10:40."""
    town = quick_town
    town.add_channel("slack")
    quiet = {"start": "10:30", "end": "12:00", "timezone": "UTC"}
    _wish(town, muted_until=town.clock() + 20 * MINUTE_MS, quiet_hours=quiet)
    _begin_raid(town)
    town.pass_time(25 * MINUTE_MS, 5 * MINUTE_MS)
    assert town.states("slack")[0] == "firing held quiet_hours"
    assert rfc3339(town.deliveries("slack")[0].due_ms or 0) == "2026-03-18T12:00:00.000Z"
    town.pass_time(100 * MINUTE_MS, 10 * MINUTE_MS)
    assert len(town.said()) == 1


def test_a_zone_changed_in_quiet_hours_is_in_force_at_once(quick_town: Town) -> None:
    town = quick_town
    town.add_channel("slack")
    quiet = {"start": "10:00", "end": "12:00", "timezone": "UTC"}
    _wish(town, quiet_hours=quiet)
    _begin_raid(town)
    assert town.said() == []
    _wish(town, quiet_hours=quiet | {"timezone": "Asia/Tokyo"})
    deliver(town.parts)
    assert len(town.said()) == 1


def test_critical_is_let_through_where_wanted(quick_town: Town) -> None:
    town = quick_town
    town.add_channel("slack", let_through="critical")
    _wish(town, muted_until=town.clock() + HOUR_MS)
    _begin_raid(town)
    assert len(town.said()) == 1


def test_escalation_is_cancelled_by_an_acknowledgement(town: Town) -> None:
    town.add_channel("slack")
    town.add_channel("pagerduty", after_minutes=10)
    _begin_raid(town)
    assert town.states("pagerduty") == ["firing held waiting_escalation"]
    alert = acknowledge_alert(town.parts, town.who, town.alert().id, 1)
    assert (alert.state, alert.acknowledged_by) == ("acknowledged", "user:41")
    town.sweep()
    assert town.states("pagerduty")[0] == "firing cancelled acknowledged"
    page = trail_page(town.parts.database, GUILD, alert.id)
    assert page is not None
    whys = {row.reason: row.channel_name for row in page.trail if "cancel" in row.kind}
    assert whys == {"acknowledged": "pagerduty"}
    _keep_raiding(town, 12)
    assert town.paged() == []


@pytest.mark.parametrize("cause", ["muted", "snoozed"])
def test_an_acknowledgement_cancels_an_escalation_whatever_holds_it(town: Town, cause: str) -> None:
    town.add_channel("slack", after_minutes=10)
    _begin_raid(town)
    until_ms = town.clock() + 15 * MINUTE_MS
    if cause == "muted":
        _wish(town, muted_until=until_ms)
    else:
        snooze_alert(town.parts, town.who, town.alert().id, None, until_ms)
    town.clock.advance(12 * MINUTE_MS)
    deliver(town.parts)
    assert town.states("slack")[0] == f"firing held {cause}"
    acknowledge_alert(town.parts, town.who, town.alert().id, None)
    assert town.states("slack")[0] == "firing cancelled acknowledged"
    town.clock.advance(4 * MINUTE_MS)
    deliver(town.parts)
    assert town.said() == []


def test_an_escalation_that_is_queued_is_not_sent_after_an_acknowledgement(
    quick_town: Town,
) -> None:
    town = quick_town
    town.add_channel("slack", after_minutes=10)
    _begin_raid(town)
    town.clock.advance(10 * MINUTE_MS)
    release_holds(town.parts)
    assert town.states("slack") == ["firing queued send"]
    acknowledge_alert(town.parts, town.who, town.alert().id, None)
    deliver(town.parts)
    assert town.states("slack")[0] == "firing cancelled superseded"
    assert town.said() == []


def test_escalation_goes_out_when_nobody_acknowledges(quick_town: Town) -> None:
    town = quick_town
    town.add_channel("pagerduty", after_minutes=10)
    _begin_raid(town)
    _keep_raiding(town, 9)
    assert town.paged() == []
    _keep_raiding(town, 2)
    assert town.paged() == ["trigger"]


def test_what_is_over_before_the_escalation_is_not_told(quick_town: Town) -> None:
    town = quick_town
    town.add_channel("slack", after_minutes=30)
    _begin_raid(town)
    town.pass_time(HOUR_MS, 5 * MINUTE_MS)
    assert town.said() == []
    assert town.states("slack") == ["firing cancelled superseded", "resolved skipped never_told"]


@pytest.mark.parametrize(("after_minutes", "told"), [(60, 0), (10, 1)])
def test_a_digest_has_no_escalation_whose_time_never_came(
    town: Town, after_minutes: int, told: int
) -> None:
    """Over after 12 minutes of a mute of 20."""
    town.add_channel("slack", after_minutes=after_minutes)
    _wish(town, muted_until=town.clock() + 20 * MINUTE_MS)
    _begin_raid(town)
    town.clock.advance(12 * MINUTE_MS)
    resolve_alert(town.parts, town.who, town.alert().id, None)
    town.clock.advance(9 * MINUTE_MS)
    deliver(town.parts)
    assert len(town.said()) == told


def test_a_channel_that_is_added_hears_nothing_of_what_began_before(quick_town: Town) -> None:
    town = quick_town
    _begin_raid(town)
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
    _begin_raid(town)
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
    _begin_raid(town)
    assert len(town.alerts()) == 2


def test_an_open_alert_holds_back_what_follows_from_it(quick_town: Town) -> None:
    """mass_violations holds back new_violation, until it is over."""
    town = quick_town
    town.add_channel("slack")
    _wish(town, enabled_events=["mass_violations", "new_violation"])
    _begin_raid(town)
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
    _begin_raid(town)
    with pytest.raises(StaleRevisionError):
        acknowledge_alert(town.parts, town.who, town.alert().id, stale)
    assert town.alert().state == "firing"


def _keep_raiding(town: Town, minutes: int) -> None:
    for _ in range(minutes):
        town.ingest(*raid(town.clock() - 30_000))
        town.pass_time(MINUTE_MS, MINUTE_MS)
