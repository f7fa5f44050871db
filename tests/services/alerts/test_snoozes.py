"""A snooze that is made shorter ends when it says, whatever the alert looks like by then."""

from __future__ import annotations

from domain.alert_rules import Condition, EventType
from domain.windows import MINUTE_MS
from models.guilds.guild import lock_guilds
from services.alerts.people import snooze_alert
from services.alerts.turns import Seen, apply_seen
from services.deliveries.engine import deliver
from tests.parts import GUILD
from tests.services.alerts.town import Town


def _see(town: Town, condition: Condition) -> None:
    seen = Seen(
        guild_id=GUILD,
        event_type=EventType.HEALTH_SCORE_DROP,
        judge=lambda _: condition,
        value=40,
        threshold=50,
    )
    with town.parts.database.write() as connection:
        guilds = lock_guilds(connection, [GUILD])
        apply_seen(connection, town.parts.secrets, guilds, [seen], town.clock())


def _snooze(town: Town, minutes: int) -> None:
    until_ms = town.clock() + minutes * MINUTE_MS
    snooze_alert(town.parts, town.who, town.alert().id, None, until_ms)


def test_what_a_snooze_held_comes_when_a_shorter_one_is_over(quick_town: Town) -> None:
    """Without data nothing says that the snooze is over: its hold has to know."""
    town = quick_town
    town.add_channel("pagerduty", after_minutes=10)
    _see(town, Condition.BAD)
    _snooze(town, 90)
    town.clock.advance(11 * MINUTE_MS)
    deliver(town.parts)
    assert town.states("pagerduty") == ["firing held snoozed"]
    _see(town, Condition.NONE)
    _snooze(town, 5)
    town.clock.advance(6 * MINUTE_MS)
    deliver(town.parts)
    assert town.paged() == ["trigger"]
