"""Deliveries as answers show them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Connection

from adapters.channels.mask import masked_address
from adapters.database import Database
from domain.clock import rfc3339
from domain.cursor import read_place, write_cursor
from domain.page_bytes import page_of
from domain.reason_words import reason_text
from domain.roles import Admin, Authenticated, Viewer
from models.channels.store import every_channel_of
from models.deliveries.shown import AttemptRow, last_attempts, list_deliveries
from models.deliveries.store import DeliveryRow
from models.notifications.inbox import NotificationRow, notifications_by_id


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownChannel:
    """`name` is None when the channel was removed."""

    id: str
    kind: str
    name: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownAttempt:
    """One try: `ended_at` and what follows are None while it goes on."""

    begun_at: str
    ended_at: str | None
    outcome: str | None
    reason: str | None
    http_status: int | None
    answer: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownDelivery:
    """In the order of the JSON; `target` as who asks may see it."""

    id: str
    kind: str
    event_type: str
    priority: str
    title: str
    notification_id: str | None
    alert_id: str | None
    channel: ShownChannel
    target: str | None
    status: str
    reason: str
    text: str
    due_at: str | None
    attempts: int
    may_be_repeat: bool
    created_at: str
    updated_at: str
    last_attempt: ShownAttempt | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveriesPage:
    deliveries: list[ShownDelivery]
    next_cursor: str | None


def deliveries_page(
    database: Database,
    who: Authenticated[Viewer],
    status: str | None,
    limit: int,
    cursor: str | None,
) -> DeliveriesPage:
    """Latest first. ValueError for a cursor that is not ours."""
    before = None if cursor is None else read_place(cursor)
    with database.read() as connection:
        rows = list_deliveries(connection, who.guild_id, status, limit + 1, before)
        shown = _deliveries(connection, who, rows[:limit])
    deliveries, last = page_of(shown, rows)
    return DeliveriesPage(
        deliveries=deliveries,
        next_cursor=write_cursor(last.created_ms, str(last.id)) if last else None,
    )


def address_for(who: Authenticated[Viewer], address: str) -> str | None:
    """Mail addresses are for admins; others see whose it may be, and where."""
    if not address:
        return None
    return address if issubclass(who.role, Admin) else masked_address(address)


def channel_names(connection: Connection, guild_id: int) -> dict[UUID, str]:
    return {row.id: row.name for row in every_channel_of(connection, [guild_id], with_leaving=True)}


def shown_channel(id: UUID, kind: str, names: Mapping[UUID, str]) -> ShownChannel:
    return ShownChannel(id=str(id), kind=kind, name=names.get(id))


def shown_attempt(row: AttemptRow | None) -> ShownAttempt | None:
    if row is None:
        return None
    return ShownAttempt(
        begun_at=rfc3339(row.begun_ms),
        ended_at=None if row.ended_ms is None else rfc3339(row.ended_ms),
        outcome=row.outcome,
        reason=row.reason,
        http_status=row.http_status,
        answer=row.answer,
    )


def _deliveries(
    connection: Connection, who: Authenticated[Viewer], rows: Sequence[DeliveryRow]
) -> list[ShownDelivery]:
    names = channel_names(connection, who.guild_id)
    attempts = last_attempts(connection, who.guild_id, [row.id for row in rows])
    notifications = notifications_by_id(
        connection, [who.guild_id], [row.notification_id for row in rows if row.notification_id]
    )
    return [
        _delivery(
            row,
            channel=shown_channel(row.channel_id, row.channel_kind, names),
            target=address_for(who, row.target),
            title=_title(row, notifications),
            last_attempt=shown_attempt(attempts.get(row.id)),
        )
        for row in rows
    ]


def _title(row: DeliveryRow, notifications: Mapping[UUID, NotificationRow]) -> str:
    told = notifications.get(row.notification_id) if row.notification_id else None
    return row.kind if told is None else told.title


def _delivery(
    row: DeliveryRow,
    *,
    channel: ShownChannel,
    target: str | None,
    title: str,
    last_attempt: ShownAttempt | None,
) -> ShownDelivery:
    return ShownDelivery(
        id=str(row.id),
        kind=row.kind,
        event_type=row.event_type,
        priority=row.priority,
        title=title,
        notification_id=None if row.notification_id is None else str(row.notification_id),
        alert_id=None if row.alert_id is None else str(row.alert_id),
        channel=channel,
        target=target,
        status=row.state,
        reason=row.reason,
        text=reason_text(row.reason),
        due_at=None if row.due_ms is None else rfc3339(row.due_ms),
        attempts=row.attempts,
        may_be_repeat=row.is_repeat,
        created_at=rfc3339(row.created_ms),
        updated_at=rfc3339(row.updated_ms),
        last_attempt=last_attempt,
    )
