"""Escalation: who is told when nobody looks after it in time, and who is not."""

from __future__ import annotations

import pytest

from domain.windows import HOUR_MS, MINUTE_MS
from services.alerts.people import (
    acknowledge_alert,
    resolve_alert,
    snooze_alert,
)
from services.alerts.shown import trail_page
from services.deliveries.engine import deliver
from services.deliveries.holds import release_holds
from tests.parts import GUILD
from tests.services.alerts.town import Town, begin_raid, keep_raiding, wish


def test_escalation_is_cancelled_by_an_acknowledgement(town: Town) -> None:
    town.add_channel("slack")
    town.add_channel("pagerduty", after_minutes=10)
    begin_raid(town)
    assert town.states("pagerduty") == ["firing held waiting_escalation"]
    alert = acknowledge_alert(town.parts, town.who, town.alert().id, 1)
    assert (alert.state, alert.acknowledged_by) == ("acknowledged", "user:41")
    town.sweep()
    assert town.states("pagerduty")[0] == "firing cancelled acknowledged"
    page = trail_page(town.parts.database, GUILD, alert.id)
    assert page is not None
    whys = {row.reason: row.channel_name for row in page.trail if "cancel" in row.kind}
    assert whys == {"acknowledged": "pagerduty"}
    keep_raiding(town, 12)
    assert town.paged() == []


@pytest.mark.parametrize("cause", ["muted", "snoozed"])
def test_an_acknowledgement_cancels_an_escalation_whatever_holds_it(town: Town, cause: str) -> None:
    town.add_channel("slack", after_minutes=10)
    begin_raid(town)
    until_ms = town.clock() + 15 * MINUTE_MS
    if cause == "muted":
        wish(town, muted_until=until_ms)
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
    begin_raid(town)
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
    begin_raid(town)
    keep_raiding(town, 9)
    assert town.paged() == []
    keep_raiding(town, 2)
    assert town.paged() == ["trigger"]


def test_what_is_over_before_the_escalation_is_not_told(quick_town: Town) -> None:
    town = quick_town
    town.add_channel("slack", after_minutes=30)
    begin_raid(town)
    town.pass_time(HOUR_MS, 5 * MINUTE_MS)
    assert town.said() == []
    assert town.states("slack") == ["firing cancelled superseded", "resolved skipped never_told"]


@pytest.mark.parametrize(("after_minutes", "told"), [(60, 0), (10, 1)])
def test_a_digest_has_no_escalation_whose_time_never_came(
    town: Town, after_minutes: int, told: int
) -> None:
    """Over after 12 minutes of a mute of 20."""
    town.add_channel("slack", after_minutes=after_minutes)
    wish(town, muted_until=town.clock() + 20 * MINUTE_MS)
    begin_raid(town)
    town.clock.advance(12 * MINUTE_MS)
    resolve_alert(town.parts, town.who, town.alert().id, None)
    town.clock.advance(9 * MINUTE_MS)
    deliver(town.parts)
    assert len(town.said()) == told
