"""Having a delivery that is over sent once more."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import Connection

from domain.delivery_life import DeliveryState
from domain.messages import MessageKind
from domain.report_plan import occurrence_of_subject
from domain.roles import Admin, Authenticated
from models.alerts.store import alerts_by_id
from models.channels.store import any_channel_of
from models.deliveries.claims import lock_channel
from models.deliveries.shown import delivery_of, retry
from models.deliveries.store import DeliveryRow
from models.reports.occurrences import open_again
from services.audit.change import audited
from services.container import Parts

RETRYABLE = (DeliveryState.DEAD, DeliveryState.UNKNOWN)


class NoDeliveryError(Exception):
    """There is no such delivery in this guild."""


class NotRetryableError(Exception):
    """It is not over, or would say what is not true any more."""


class MayRepeatError(Exception):
    """It may have arrived: the caller has to say that a second one is fine."""


def retry_delivery(parts: Parts, who: Authenticated[Admin], id: UUID, *, may_repeat: bool) -> None:
    """Raises NoDeliveryError, NotRetryableError, MayRepeatError."""
    with audited(parts, who, "deliveries.retry") as change:
        before = _retry(change.connection, who.guild_id, id, parts.clock(), may_repeat)
        change.details = {
            "delivery_id": str(id),
            "channel_id": str(before.channel_id),
            "before": before.state,
            "may_repeat": may_repeat,
        }
        change.has_told = True


def retry_by(parts: Parts, guild_id: int, id: UUID, *, may_repeat: bool) -> None:
    """The same by the operator, who is no person of the guild."""
    with parts.database.write() as connection:
        _retry(connection, guild_id, id, parts.clock(), may_repeat)
    parts.after_telling()


def _retry(
    connection: Connection, guild_id: int, id: UUID, now_ms: int, may_repeat: bool
) -> DeliveryRow:
    """The delivery as it was."""
    row = delivery_of(connection, guild_id, id)
    if row is None:
        raise NoDeliveryError("there is no delivery with this id in this server")
    if row.state not in RETRYABLE:
        raise NotRetryableError(f"it is {row.state}: only what is dead or unknown is retried")
    if _is_over(connection, row):
        raise NotRetryableError("its alert is over: this would say that it goes on")
    if _is_channel_gone(connection, row):
        raise NotRetryableError("its channel was removed")
    is_unknown = row.state == DeliveryState.UNKNOWN
    if is_unknown and not may_repeat:
        raise MayRepeatError("it may have arrived: send true to have it sent all the same")
    if row.kind == MessageKind.REPORT:
        _open_again(connection, row)
    retry(connection, row, now_ms, is_repeat=is_unknown)
    return row


def _is_channel_gone(connection: Connection, row: DeliveryRow) -> bool:
    """Also one on its way out. It stays until this is written: its row is locked."""
    lock_channel(connection, (row.guild_id, row.channel_id))
    return any_channel_of(connection, row.guild_id, row.channel_id) is None


def _open_again(connection: Connection, row: DeliveryRow) -> None:
    """The run of a report goes on, if there still is something to send."""
    if not open_again(connection, row.guild_id, occurrence_of_subject(row.subject)):
        raise NotRetryableError("what it had is not kept any more: have the report made again")


def _is_over(connection: Connection, row: DeliveryRow) -> bool:
    if row.alert_id is None or row.kind == MessageKind.RESOLVED:
        return False
    alert = alerts_by_id(connection, [row.guild_id], [row.alert_id]).get(row.alert_id)
    return alert is None or alert.closed_ms is not None
