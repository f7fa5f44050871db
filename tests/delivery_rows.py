"""Rows of deliveries as tests put them in the table, where no path leads to them quickly."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from models.deliveries.store import DeliveryRow


def delivery_row(
    guild_id: int, channel_id: UUID, id: UUID, now_ms: int, **fields: Any
) -> DeliveryRow:
    """A digest that a webhook refused, the only one of its story; `fields` are others of it."""
    refused: dict[str, Any] = {
        "subject": f"digest:{id}",
        "notification_id": None,
        "alert_id": None,
        "kind": "digest",
        "event_type": "bot_offline",
        "priority": "high",
        "channel_kind": "webhook",
        "target": "",
        "story": f"{channel_id.hex}:{id.hex}",
        "seq": 1,
        "lane": channel_id.hex,
        "state": "dead",
        "reason": "http_400",
        "due_ms": None,
    }
    return DeliveryRow(
        guild_id=guild_id,
        id=id,
        channel_id=channel_id,
        created_ms=now_ms,
        updated_ms=now_ms,
        **refused | fields,
    )
