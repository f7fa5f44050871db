"""What was put together by day, and comes to its turn when people sleep, waits for the morning."""

from __future__ import annotations

from domain.alert_rules import CALM_AFTER_MS
from domain.windows import MINUTE_MS
from services.deliveries.engine import deliver
from services.deliveries.holds import release_holds
from tests.services.alerts.town import Town, raid, wish


def _put_a_digest_together(town: Town) -> None:
    """10:20 UTC: its senders are down when it is 10:29, and quiet hours begin a minute later."""
    town.add_channel("slack")
    quiet = {"start": "10:30", "end": "12:00", "timezone": "UTC"}
    wish(town, muted_until=town.clock() + 8 * MINUTE_MS, quiet_hours=quiet)
    town.ingest(*raid(town.clock() - 30_000))
    town.pass_time(CALM_AFTER_MS)
    town.clock.advance(4 * MINUTE_MS)
    release_holds(town.parts)
    town.clock.advance(10 * MINUTE_MS)
    deliver(town.parts)


def test_a_digest_wakes_nobody(quick_town: Town) -> None:
    town = quick_town
    _put_a_digest_together(town)
    assert town.said() == []
    assert town.states("slack")[-1] == "digest queued quiet_hours"
    town.pass_time(100 * MINUTE_MS, 10 * MINUTE_MS)
    assert len(town.said()) == 1


def test_who_is_awake_again_is_told_at_once(town: Town) -> None:
    _put_a_digest_together(town)
    wish(town, quiet_hours=None)
    deliver(town.parts)
    assert len(town.said()) == 1
