"""The other events: health, rate limits, groups of violations and changes."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from domain.windows import DAY_MS, HOUR_MS, MINUTE_MS
from schemas.events import structs
from schemas.events.structs import Snowflake, TimestampMs
from services.guilds.changes import put_config, put_rules
from services.notifications.preferences import PreferenceError, put_preferences
from services.snapshots.materialise import mark_slid
from tests.parts import GUILD
from tests.services.alerts.town import Town
from tests.services.events import heartbeat, messages, violation


def _rate(town: Town, remaining: int, shard: int = 0) -> Any:
    return structs.HeartbeatEvent(
        id=uuid4(),
        guild_id=Snowflake(GUILD),
        timestamp=TimestampMs(town.clock()),
        shard_id=shard,
        rate_limit=structs.RateLimit(limit=50, remaining=remaining, reset_after_ms=1000),
    )


def _bad_day(town: Town) -> None:
    """Many kicks for few messages: the score is far below 50."""
    kicks = [
        violation(GUILD, town.clock() - 10 * MINUTE_MS * place, action_taken="kick")
        for place in range(9)
    ]
    town.ingest(messages(GUILD, town.clock(), 100), *kicks)
    town.sweep()


def test_health_drops_and_recovers(town: Town) -> None:
    town.add_channel("pagerduty")
    _bad_day(town)
    alert = town.alert()
    assert (alert.event_type, alert.threshold) == ("health_score_drop", 50)
    assert alert.value is not None
    assert alert.value < 50
    town.ingest(messages(GUILD, town.clock(), 100_000))
    town.sweep()
    assert town.again(alert).state == "firing"  # kicks and bans still weigh
    town.pass_time(26 * HOUR_MS, HOUR_MS)
    assert town.paged()[:1] == ["trigger"]
    assert town.trail(alert)[0] == "opened"


def test_with_limited_data_it_has_no_data_and_closes_after_a_day(quick_town: Town) -> None:
    town = quick_town
    _bad_day(town)
    alert = town.alert()
    for _ in range(26):
        town.clock.advance(HOUR_MS)
        town.listen()
        town.ingest(heartbeat(GUILD, town.clock()))
        mark_slid(town.parts.database, town.clock())
        town.sweep()
    assert town.again(alert).state == "no_data"
    town.pass_time(DAY_MS, HOUR_MS)
    assert town.again(alert).closed_reason == "no_data"


def test_a_rate_limit_by_its_worst_shard(town: Town) -> None:
    town.add_channel("pagerduty")
    town.ingest(_rate(town, 50), _rate(town, 4, 1))
    town.sweep()
    alert = town.alert()
    assert (alert.event_type, alert.priority, alert.value) == (
        "rate_limit_approaching",
        "high",
        8.0,
    )
    town.clock.advance(30_000)
    town.ingest(_rate(town, 10, 1))
    town.sweep()
    assert town.again(alert).state == "firing"  # 20 %: not over it
    town.clock.advance(30_000)
    town.ingest(_rate(town, 11, 1))
    town.sweep()
    assert town.again(alert).state == "resolved"
    assert town.paged() == ["trigger", "resolve"]


def test_a_rate_limit_that_flaps_says_so(quick_town: Town) -> None:
    town = quick_town
    town.add_channel("pagerduty")
    for _ in range(6):
        for remaining in (1, 50):
            town.clock.advance(30_000)
            town.listen()
            town.ingest(_rate(town, remaining))
            town.sweep()
    assert town.alerts()[0].state == "flapping"
    assert len(town.alerts()) == 4
    assert sum(title.startswith("Flapping") for title in town.notified()) == 1
    town.pass_time(16 * MINUTE_MS)
    assert town.alerts()[0].state == "resolved"
    assert set(town.pager.incidents.values()) == {"resolved"}


def test_violations_are_told_at_once_and_then_in_one_digest(town: Town) -> None:
    put_preferences(town.parts, town.who, {"enabled_events": ["new_violation"]})
    town.ingest(violation(GUILD, town.clock(), severity="high"))
    town.sweep()
    assert town.notified()[-1] == "A new violation"
    for _ in range(3):
        town.clock.advance(20_000)
        town.ingest(violation(GUILD, town.clock()))
        town.sweep()
    town.pass_time(4 * MINUTE_MS)
    assert town.notified()[-1] == "3 new violations"
    town.pass_time(10 * MINUTE_MS)
    assert sum("violation" in title for title in town.notified()) == 2


def test_violations_are_not_told_of_unless_wanted(quick_town: Town) -> None:
    town = quick_town
    town.ingest(violation(GUILD, town.clock(), severity="high"))
    town.sweep()
    assert town.notified() == []


def test_a_change_is_named_as_the_page_names_it(quick_town: Town) -> None:
    put_config(quick_town.parts, quick_town.who, {"buffer_threshold": 11}, None)
    assert quick_town.notified() == ["Changed: settings"]


def test_changes_by_one_person_are_told_first_at_once_then_together(town: Town) -> None:
    put_rules(town.parts, town.who, "Be kind.")
    for buffer in (11, 12, 13):
        put_config(town.parts, town.who, {"buffer_threshold": buffer}, None)
    assert town.notified() == ["Changed: rules"]
    town.pass_time(6 * MINUTE_MS)
    assert town.notified() == ["Changed: rules", "3 more changes"]
    town.pass_time(6 * MINUTE_MS)
    put_rules(town.parts, town.who, "Be nice.")
    assert len(town.notified()) == 3


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"muted_until": None, "discord_webhook_url": "https://example.org/x"}, "discord"),
        ({"slack_webhook_url": "https://discord.com/api/webhooks/1/x"}, "slack"),
    ],
)
def test_an_address_of_another_kind_names_its_field(
    quick_town: Town, values: dict[str, Any], field: str
) -> None:
    with pytest.raises(PreferenceError) as caught:
        put_preferences(quick_town.parts, quick_town.who, values)
    assert caught.value.field.startswith(field)
