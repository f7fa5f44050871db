"""Events as tests send them."""

from __future__ import annotations

from typing import Any

from modwatch_client import ViolationEvent


def violation(guild_id: int, **fields: Any) -> ViolationEvent:
    usual: dict[str, Any] = {
        "user_id": 41,
        "reason": "spam",
        "severity": "low",
        "detection_type": "regex",
        "action_taken": "Warning issued",
    }
    return ViolationEvent(guild_id=guild_id, **(usual | fields))


def violations(guild_id: int, count: int, **fields: Any) -> list[ViolationEvent]:
    return [violation(guild_id, **fields) for _ in range(count)]


def ids(events: list[ViolationEvent]) -> list[str]:
    return [str(event.id) for event in events]
