"""Single events for tests that need to know exactly what they send."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from schemas.events import structs as events
from schemas.events.structs import Snowflake, TimestampMs


def violation(guild_id: int, timestamp_ms: int, user_id: int = 1, **fields: Any) -> Any:
    common = {"reason": "spam", "severity": "low", "detection_type": "ai", "action_taken": "warn"}
    return events.ViolationEvent(
        id=fields.pop("id", uuid4()),
        guild_id=Snowflake(guild_id),
        timestamp=TimestampMs(timestamp_ms),
        user_id=Snowflake(user_id),
        **(common | fields),
    )


def messages(guild_id: int, timestamp_ms: int, count: int = 1) -> Any:
    return events.MessagesEvent(
        id=uuid4(), guild_id=Snowflake(guild_id), timestamp=TimestampMs(timestamp_ms), count=count
    )


def heartbeat(guild_id: int, timestamp_ms: int) -> Any:
    return events.HeartbeatEvent(
        id=uuid4(), guild_id=Snowflake(guild_id), timestamp=TimestampMs(timestamp_ms)
    )


def user(guild_id: int, timestamp_ms: int, user_id: int, username: str) -> Any:
    return events.UserEvent(
        id=uuid4(),
        guild_id=Snowflake(guild_id),
        timestamp=TimestampMs(timestamp_ms),
        user_id=Snowflake(user_id),
        username=username,
    )


def one_of_each(guild_id: int, timestamp_ms: int) -> list[Any]:
    """An event of every type, of one guild."""
    where: dict[str, Any] = {
        "guild_id": Snowflake(guild_id),
        "timestamp": TimestampMs(timestamp_ms),
    }
    hit = violation(guild_id, timestamp_ms, moderator_id=Snowflake(7), response_time_ms=50)
    return [
        hit,
        messages(guild_id, timestamp_ms, 20),
        heartbeat(guild_id, timestamp_ms),
        user(guild_id, timestamp_ms, guild_id + 1, "ada"),
        events.WarningEvent(id=uuid4(), user_id=Snowflake(1), level=2, **where),
        events.AppealEvent(
            id=uuid4(), appeal_id="a", violation_id=hit.id, status="approved", **where
        ),
        events.GuildEvent(id=uuid4(), name="Guild", member_count=5, **where),
    ]
