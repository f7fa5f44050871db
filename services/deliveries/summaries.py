"""Digests and bundles: one message to people in place of several."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import uuid4

from sqlalchemy import Connection

from domain.delivery_life import DeliveryState
from domain.messages import MessageKind, Priority
from models.deliveries.store import DeliveryRow, add_deliveries, digest_into
from services.deliveries.views import Target

_PRIORITIES = tuple(Priority)


def summarise(
    connection: Connection,
    rows: Sequence[DeliveryRow],
    target: Target,
    kind: MessageKind,
    reason: str | None,
    now_ms: int,
) -> DeliveryRow:
    """One queued delivery that tells of all `rows`, of one channel and address."""
    id = uuid4()
    highest = max(rows, key=lambda row: _PRIORITIES.index(Priority(row.priority)))
    summary = DeliveryRow(
        guild_id=rows[0].guild_id,
        id=id,
        subject=f"digest:{id}",
        notification_id=None,
        alert_id=None,
        kind=kind.value,
        event_type=highest.event_type,
        priority=highest.priority,
        channel_id=target.row.id,
        channel_kind=target.row.kind,
        target=target.address,
        story=target.story(id),
        seq=1,
        lane=target.lane(target.story(id)),
        state=DeliveryState.QUEUED.value,
        reason=kind.value,
        due_ms=now_ms,
        created_ms=now_ms,
        updated_ms=now_ms,
    )
    add_deliveries(connection, [summary])
    digest_into(connection, rows, id, reason, now_ms)
    return summary
