"""What `explain` says is what is decided when it happens, and what then arrives at providers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.alert_rules import EventType
from domain.decisions import LetThrough
from domain.messages import Priority
from domain.roles import Authenticated, Owner
from domain.windows import HOUR_MS, MINUTE_MS
from models.channels.store import add_unsubscribed
from models.guilds.guild import lock_guilds
from schemas.events import structs
from schemas.events.structs import Snowflake, TimestampMs
from services.alerts.sweep import sweep_alerts
from services.deliveries.engine import deliver
from services.deliveries.explaining import ShownDecision, decisions_page, explain
from services.deliveries.views import address_hash
from services.notifications.inbox import notifications_page
from services.notifications.preferences import put_preferences
from tests.discord.exchange import Answer, Request, text_answer
from tests.faults.town_hall import KINDS, TownHall, open_town_hall
from tests.parts import GUILD, examples
from tests.servers.providers.provider import body_of
from tests.services.alerts.town import Town, open_town, raid
from tests.services.events import heartbeat, messages, violation

GUILDS = count(6_000)
BLOCKED_MS = HOUR_MS
CHOICES: list[dict[str, Any]] = [
    {},
    {"enabled": False},
    {"state": "broken"},
    {"events": frozenset((EventType.BOT_OFFLINE,))},
    {"threshold": Priority.CRITICAL},
    {"let_through": LetThrough.CRITICAL},
    {"blocked_until_ms": BLOCKED_MS},
    {"after_minutes": 10},
]
CHANNELS = st.fixed_dictionaries({kind: st.sampled_from(CHOICES) for kind in KINDS})
WISHES = st.fixed_dictionaries(
    {
        "notification_threshold": st.sampled_from(["low", "low", "high", "critical"]),
        "muted": st.sampled_from([False, False, True]),
        "quiet": st.sampled_from([False, False, True]),
        "events": st.sets(
            st.sampled_from(["mass_violations", "rate_limit_approaching", "bot_offline"]),
            min_size=2,
        ),
    }
)


@pytest.fixture
def hall() -> Iterator[TownHall]:
    with open_town_hall() as made:

        def take(request: Request) -> Answer:
            # Signatures are looked at elsewhere; the time of these tests stands.
            made.hook.accepted.append(body_of(request))
            return text_answer("thank you", 200)

        made.hook.judge = take  # type: ignore[method-assign]
        yield made


@pytest.fixture
def town(sqlite_url: str, tmp_path: Path, hall: TownHall) -> Iterator[Town]:
    """Whose channels lead to the hall's providers."""
    settings = hall.settings()
    ports = [int(one.rpartition(":")[2]) for one in settings.pop("OUTGOING_ALLOW").split(", ")]
    with ExitStack() as stack:
        yield open_town(stack, sqlite_url, tmp_path, *ports, **settings)


def add_channels(town: Town, hall: TownHall, guild_id: int, chosen: dict[str, Any]) -> None:
    for kind, choice in chosen.items():
        fields = dict(choice)
        if "blocked_until_ms" in fields:
            fields["blocked_until_ms"] += town.clock()
        town.add_channel(kind, guild_id, settings=hall.settings_of(kind, guild_id), **fields)


def stop_mail(town: Town, hall: TownHall, guild_id: int) -> None:
    addresses = hall.settings_of("email", guild_id)["addresses"]
    assert isinstance(addresses, list)
    with town.parts.database.write() as connection:
        lock_guilds(connection, [guild_id])
        hash = address_hash(addresses[0])
        add_unsubscribed(connection, guild_id, town.channels["email"], hash, town.clock())


def wish(town: Town, who: Authenticated[Owner], wishes: dict[str, Any]) -> None:
    hours = {"start": "10:00", "end": "11:00", "timezone": "UTC"}
    put_preferences(
        town.parts,
        who,
        {
            "notification_threshold": wishes["notification_threshold"],
            "enabled_events": sorted(wishes["events"]),
            "muted_until": town.clock() + HOUR_MS if wishes["muted"] else None,
            "quiet_hours": hours if wishes["quiet"] else None,
        },
    )


def raided(town: Town, guild_id: int) -> None:
    town.ingest(*raid(town.clock() - 30_000, guild_id=guild_id))


def limited(town: Town, guild_id: int) -> None:
    near = structs.HeartbeatEvent(
        id=uuid4(),
        guild_id=Snowflake(guild_id),
        timestamp=TimestampMs(town.clock()),
        shard_id=0,
        rate_limit=structs.RateLimit(limit=50, remaining=2, reset_after_ms=1000),
    )
    town.ingest(near)


HAPPENS: dict[EventType, Callable[[Town, int], None]] = {
    EventType.MASS_VIOLATIONS: raided,
    EventType.RATE_LIMIT_APPROACHING: limited,
}


def said(town: Town, who: Authenticated[Owner], event: EventType) -> list[ShownDecision]:
    return explain(town.parts, who, event, None, None).decisions


def done(town: Town, who: Authenticated[Owner], event: EventType) -> list[ShownDecision]:
    page = notifications_page(town.parts.database, who, 9, False)
    notification = next(one for one in page.notifications if one.event_type == event)
    found = decisions_page(town.parts.database, who, UUID(notification.id))
    assert found is not None
    return found.decisions


def arrived(hall: TownHall, guild_id: int) -> set[str]:
    came = {
        kind: told[guild_id] for kind, told in hall.arrived(range(guild_id, guild_id + 1)).items()
    }
    assert set(came.values()) <= {0, 1}
    return {kind for kind, times in came.items() if times}


def by_channel(decisions: list[ShownDecision]) -> list[ShownDecision]:
    return sorted(decisions, key=lambda one: (one.channel.id or "", one.target or ""))


@settings(
    max_examples=examples(6),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(CHANNELS, WISHES, st.sampled_from(sorted(HAPPENS)), st.booleans())
def test_what_is_explained_is_what_is_then_done(
    town: Town,
    hall: TownHall,
    chosen: dict[str, Any],
    wishes: dict[str, Any],
    event: EventType,
    is_stopped: bool,
) -> None:
    guild_id = next(GUILDS)
    who = replace(town.who, guild_id=guild_id)
    wish(town, who, wishes)
    town.clock.advance(1_000)
    add_channels(town, hall, guild_id, chosen)
    if is_stopped:
        stop_mail(town, hall, guild_id)
    explained = said(town, who, event)
    assert len(explained) == len(KINDS)
    HAPPENS[event](town, guild_id)
    town.parts.materialise()
    sweep_alerts(town.parts)
    assert by_channel(explained) == by_channel(done(town, who, event))
    deliver(town.parts)
    assert arrived(hall, guild_id) == {
        one.channel.kind for one in explained if one.decision == "queued"
    }


def test_what_is_inhibited_is_explained_so(town: Town, hall: TownHall) -> None:
    """A bot that is silent holds back what its silence does to the health."""
    event = EventType.HEALTH_SCORE_DROP
    put_preferences(town.parts, town.who, {"thresholds": {"health_score": 0}})
    town.ingest(heartbeat(GUILD, town.clock()), *bad_day(town))
    town.sweep()
    town.pass_time(6 * MINUTE_MS, is_silent=True)
    assert town.alert().event_type == EventType.BOT_OFFLINE
    add_channels(town, hall, GUILD, {kind: {} for kind in KINDS})
    explained = said(town, town.who, event)
    put_preferences(town.parts, town.who, {"thresholds": {"health_score": 100}})
    deliver(town.parts)  # other settings have every hold decided once more
    assert by_channel(explained) == by_channel(done(town, town.who, event))
    assert {one.reason for one in explained} == {"inhibited"}
    assert arrived(hall, GUILD) == set()


def bad_day(town: Town) -> list[structs.Event]:
    kicks = [
        violation(GUILD, town.clock() - 10 * MINUTE_MS * place, action_taken="kick")
        for place in range(3)
    ]
    return [messages(GUILD, town.clock(), 100), *kicks]
