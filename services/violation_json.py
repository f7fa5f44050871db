"""A violation as the API shows it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from domain.clock import rfc3339
from models.violation_list import ViolationItem
from services.user_names import UNRESOLVED, ShownUser, named


def violation_json(item: ViolationItem, users: Mapping[int, ShownUser]) -> dict[str, Any]:
    row, user = item.row, users.get(item.row.user_id, UNRESOLVED)
    return {
        "id": str(row.id),
        "user_id": str(row.user_id),
        "username": user.username,
        "avatar": user.avatar,
        "message_id": text_or_none(row.message_id),
        "channel_id": text_or_none(row.channel_id),
        "moderator_id": text_or_none(row.moderator_id),
        **named("moderator", row.moderator_id, users),
        "rule": row.rule,
        "reason": row.reason,
        "severity": row.severity,
        "detection_type": row.detection_type,
        "action": row.action,
        "action_taken": row.action_taken,
        "response_time_ms": row.response_time_ms,
        "timestamp": rfc3339(row.timestamp_ms),
        "appeal": item.appeal,
    }


def violations_json(
    items: Iterable[ViolationItem], users: Mapping[int, ShownUser]
) -> list[dict[str, Any]]:
    return [violation_json(item, users) for item in items]


def people_in(items: Iterable[ViolationItem]) -> set[int]:
    """Everybody whom these violations name."""
    ids = {id for item in items for id in (item.row.user_id, item.row.moderator_id)}
    return {id for id in ids if id is not None}


def text_or_none(id: int | None) -> str | None:
    return None if id is None else str(id)
