"""Events of invented guilds: the same for the same seed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random
from typing import Any
from uuid import UUID

import msgspec

from domain.clock import rfc3339
from domain.windows import DAY_MS, HOUR_MS
from schemas.events.structs import (
    Event,
    GuildEvent,
    MessagesEvent,
    Snowflake,
    TimestampMs,
    UserEvent,
    ViolationEvent,
)

_FIRST_GUILD = 900_000_000_000_000_000
_FIRST_USER = 800_000_000_000_000_000
USERS = 2_000  # of one guild
RULES = 20
MODERATORS = 5
NAMED_USERS = 50
_PHRASES = ("invite link", "spam", "slur", "scam", "caps", "mass mention", "phishing", "raid talk")
_WORDS = ("in general", "in voice", "after a warning", "by a new member", "with a picture", "again")
_ACTIONS = ("Warning issued", "Warning issued", "10-minute timeout", "Kicked from server", "none")
_DETECTIONS = ("automod", "automod", "regex", "ai", "manual")


@dataclass(frozen=True, slots=True)
class Size:
    """`violations` in all, evenly over `guilds` and over the last `days`."""

    name: str
    guilds: int
    violations: int
    days: int


def guild_id(place: int) -> int:
    return _FIRST_GUILD + place


def user_id(place: int) -> int:
    return _FIRST_USER + place


def history(size: Size, now_ms: int, seed: int = 1) -> Iterator[Event]:
    """Everything, guild by guild, each in the order of time."""
    random = Random(seed)
    for place in range(size.guilds):
        yield from _profile(random, place, now_ms - size.days * DAY_MS)
        count = size.violations // size.guilds
        ages = sorted((random.random() for _ in range(count)), reverse=True)
        for age in ages:
            timestamp_ms = now_ms - int(age * size.days * DAY_MS)
            yield violation(random, guild_id(place), timestamp_ms)
        yield from _messages(random, place, size.days, now_ms)


def violation(random: Random, guild: int, timestamp_ms: int) -> ViolationEvent:
    # A few members do most of it.
    user = min(int(random.paretovariate(0.5)), USERS)
    rule = random.randrange(RULES)
    detection: Any = random.choice(_DETECTIONS)
    moderator = random.randrange(MODERATORS) if detection == "manual" else None
    return ViolationEvent(
        id=_id(random),
        guild_id=Snowflake(guild),
        timestamp=TimestampMs(timestamp_ms),
        user_id=Snowflake(_FIRST_USER + user),
        reason=f"{_PHRASES[rule % len(_PHRASES)]} {random.choice(_WORDS)}",
        severity=random.choice(("low", "low", "medium", "high")),
        detection_type=detection,
        action_taken=random.choice(_ACTIONS),
        rule=f"rule {rule}",
        message_id=Snowflake(random.getrandbits(60) + 1),
        channel_id=Snowflake(_FIRST_USER + random.randrange(30)),
        moderator_id=None if moderator is None else Snowflake(_FIRST_USER + moderator),
        response_time_ms=int(random.lognormvariate(5, 1)),
    )


def _profile(random: Random, place: int, timestamp_ms: int) -> Iterator[Event]:
    guild, time = Snowflake(guild_id(place)), TimestampMs(timestamp_ms)
    yield GuildEvent(
        id=_id(random), guild_id=guild, timestamp=time, name=f"Guild {place}", member_count=9_000
    )
    for user in range(NAMED_USERS):
        yield UserEvent(
            id=_id(random),
            guild_id=guild,
            timestamp=time,
            user_id=Snowflake(_FIRST_USER + user),
            username=f"member {user}",
        )


def _messages(random: Random, place: int, days: int, now_ms: int) -> Iterator[Event]:
    """Hourly for the last three days, daily before that."""
    hours = [*range(72), *range(72, days * 24, 24)]
    for hour in reversed(hours):
        yield MessagesEvent(
            id=_id(random),
            guild_id=Snowflake(guild_id(place)),
            timestamp=TimestampMs(now_ms - hour * HOUR_MS),
            count=random.randrange(50, 500),
        )


def body(events: list[Event]) -> bytes:
    """The body of `POST /ingest` that says `events`."""
    return msgspec.json.encode({"events": [_wire(event) for event in events]})


def _wire(event: Event) -> dict[str, Any]:
    values = {"type": event.__struct_config__.tag, "timestamp": rfc3339(event.timestamp)}
    for name, value in msgspec.structs.asdict(event).items():
        if value is not None and name != "timestamp":
            values[name] = str(value) if name.endswith("_id") or name == "id" else value
    return values


def _id(random: Random) -> UUID:
    return UUID(int=random.getrandbits(128), version=4)
