"""Telling an alert that is open on a channel that was not there when it began."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import Connection

from domain.alert_rules import EventType
from domain.alert_states import AlertClosedError
from domain.delivery_life import DeliveryState
from domain.messages import MessageKind, Priority
from domain.roles import Admin, Authenticated
from models.alerts.store import AlertRow, alerts_by_id
from models.channels.store import channels_of
from models.deliveries.store import DeliveryRow
from models.notifications.inbox import NotificationRow, notification_by_key
from services.alerts.notices import opening_key
from services.alerts.people import NoAlertError
from services.audit.change import audited
from services.container import Parts
from services.notifications.telling import Notice, tell_channel

_UNTOLD = (DeliveryState.SKIPPED, DeliveryState.CANCELLED)


class NoChannelError(Exception):
    """There is no such channel in this guild."""


class NotToldError(Exception):
    """The channel knows already, or something decided that it is not told."""


def tell_now(parts: Parts, who: Authenticated[Admin], id: UUID, channel_id: UUID) -> None:
    """Raises NoAlertError, NoChannelError, AlertClosedError, NotToldError.

    It is decided as for any message: a mute or quiet hours hold it, and the trail says so.
    """
    with audited(parts, who, "alerts.tell") as change:
        alert, record = _opening(change.connection, who.guild_id, id, channel_id)
        rows = tell_channel(
            change.connection,
            parts.secrets,
            record,
            _notice(alert, record),
            channel_id,
            parts.clock(),
        )
        _check(rows)
        change.details = {"alert_id": str(id), "channel_id": str(channel_id)}
        change.has_told = True


def _opening(
    connection: Connection, guild_id: int, id: UUID, channel_id: UUID
) -> tuple[AlertRow, NotificationRow]:
    alert = alerts_by_id(connection, [guild_id], [id]).get(id)
    if alert is None:
        raise NoAlertError("there is no alert with this id in this server")
    record = notification_by_key(connection, guild_id, opening_key(alert))
    if record is None:
        raise NotToldError("what was said when the alert opened is not kept any more")
    if alert.closed_ms is not None:
        raise AlertClosedError("the alert is over")
    if channel_id not in {row.id for row in channels_of(connection, [guild_id])}:
        raise NoChannelError("there is no channel with this id in this server")
    return alert, record


def _notice(alert: AlertRow, record: NotificationRow) -> Notice:
    return Notice(
        guild_id=alert.guild_id,
        kind=MessageKind.FIRING,
        event_type=EventType(alert.event_type),
        priority=Priority(alert.priority),
        dedup_key=record.dedup_key,
        title=record.title,
        message=record.message,
        link=record.link,
        alert=alert,
    )


def _check(rows: list[DeliveryRow]) -> None:
    """Undoes everything where nobody would hear of it."""
    if not rows:
        raise NotToldError("this channel knows of the alert, or its trail says why it does not")
    if all(row.state in _UNTOLD for row in rows):
        raise NotToldError(f"this channel would not be told: {rows[0].reason}")
