"""The events a bot sends, as typed values.

They are also the quick way in: msgspec decodes and checks a valid event in about a microsecond.
What it refuses goes to the marshmallow schemas of `schemas/events/fields.py`, which accept
the same events and know how to say what is wrong with the others.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec
from msgspec import Meta, Struct

from domain.clock import parse_rfc3339
from domain.snowflake import parse_snowflake

HIGHEST_RESPONSE_TIME_MS = 3_600_000
# A million messages of an hour each: sums of such sums stay far below 64 bits.
HIGHEST_SUM = 1_000_000 * HIGHEST_RESPONSE_TIME_MS


class Snowflake(int):
    """A Discord id; in JSON a string of decimal digits."""


class TimestampMs(int):
    """Epoch milliseconds; in JSON an RFC 3339 time."""


Reason = Annotated[str, Meta(min_length=1, max_length=1000)]
Short = Annotated[str, Meta(max_length=100)]
Milliseconds = Annotated[int, Meta(ge=0, le=HIGHEST_RESPONSE_TIME_MS)]
Sum = Annotated[int, Meta(ge=0, le=HIGHEST_SUM)]


class Event(Struct, kw_only=True, frozen=True, forbid_unknown_fields=True, tag_field="type"):
    id: UUID
    guild_id: Snowflake
    timestamp: TimestampMs


class ViolationEvent(Event, kw_only=True, frozen=True, tag="violation"):
    user_id: Snowflake
    reason: Reason
    severity: Literal["low", "medium", "high"]
    detection_type: Literal["regex", "ai", "automod", "manual", "raid"]
    action_taken: Short
    rule: Short | None = None
    message_id: Snowflake | None = None
    channel_id: Snowflake | None = None
    channel_name: Annotated[str, Meta(min_length=1, max_length=100)] | None = None
    moderator_id: Snowflake | None = None
    response_time_ms: Milliseconds | None = None
    content_hash: Annotated[str, Meta(max_length=128)] | None = None


class MessagesEvent(Event, kw_only=True, frozen=True, tag="messages"):
    count: Annotated[int, Meta(ge=1, le=1_000_000)]
    response_time_ms_sum: Sum | None = None
    response_time_count: Annotated[int, Meta(ge=0, le=1_000_000)] | None = None


class RateLimit(Struct, kw_only=True, frozen=True, forbid_unknown_fields=True):
    limit: Annotated[int, Meta(ge=1, le=1_000_000)]
    remaining: Annotated[int, Meta(ge=0, le=1_000_000)]
    reset_after_ms: Annotated[int, Meta(ge=0, le=86_400_000)] | None = None


class HeartbeatEvent(Event, kw_only=True, frozen=True, tag="heartbeat"):
    latency_ms: Milliseconds | None = None
    shard_id: Annotated[int, Meta(ge=0, le=100_000)] | None = None
    rate_limit: RateLimit | None = None


class WarningEvent(Event, kw_only=True, frozen=True, tag="warning"):
    user_id: Snowflake
    level: Annotated[int, Meta(ge=0, le=5)]
    kicked_before: bool | None = None


class AppealEvent(Event, kw_only=True, frozen=True, tag="appeal"):
    appeal_id: Annotated[str, Meta(min_length=1, max_length=100)]
    violation_id: UUID
    status: Literal["pending", "approved", "denied"]
    resolved_by: Snowflake | None = None
    text: Annotated[str, Meta(min_length=1, max_length=1000)] | None = None


class GuildEvent(Event, kw_only=True, frozen=True, tag="guild"):
    name: Short | None = None
    icon: Short | None = None
    owner_id: Snowflake | None = None
    member_count: Annotated[int, Meta(ge=0, le=1_000_000_000)] | None = None


class UserEvent(Event, kw_only=True, frozen=True, tag="user"):
    user_id: Snowflake
    username: Annotated[str, Meta(min_length=1, max_length=100)]
    avatar: Short | None = None
    discriminator: Annotated[str, Meta(max_length=10)] | None = None


class LocalUserEvent(UserEvent, kw_only=True, frozen=True, tag="user"):
    """What a token that is for some guilds says of a user: a name in that guild alone."""


def bounded(event: Event) -> Event:
    """The event as one whose token does not cover all guilds may mean it."""
    if not isinstance(event, UserEvent):
        return event
    return LocalUserEvent(**{name: getattr(event, name) for name in event.__struct_fields__})


AnyEvent = (
    ViolationEvent
    | MessagesEvent
    | HeartbeatEvent
    | WarningEvent
    | AppealEvent
    | GuildEvent
    | UserEvent
)


def convert_special(kind: type, value: Any) -> Any:
    """msgspec's hook for the two types JSON does not have; ValueError for what is not one."""
    if kind is Snowflake:
        return Snowflake(parse_snowflake(value))
    if kind is TimestampMs and isinstance(value, str):
        return TimestampMs(parse_rfc3339(value))
    raise ValueError(f"not a {kind.__name__}")


decode_event: Callable[[bytes], Event] = msgspec.json.Decoder(
    AnyEvent, dec_hook=convert_special
).decode
