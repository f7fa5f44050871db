"""What went into a digest or a bundle, and the line that says so."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import Connection

from domain.clock import rfc3339
from domain.delivery_life import DeliveryState
from domain.messages import MessageKind
from models.alerts.store import AlertRow
from models.deliveries.store import DeliveryRow, delivery_columns, read_deliveries
from models.deliveries.tables import Delivery
from models.notifications.inbox import NotificationRow


def entries_of(
    connection: Connection, rows: Iterable[DeliveryRow]
) -> dict[UUID, list[DeliveryRow]]:
    """What went into each digest and bundle, in the order in which it happened."""
    digests = [row for row in rows if row.kind in (MessageKind.DIGEST, MessageKind.BUNDLED)]
    found: dict[UUID, list[DeliveryRow]] = defaultdict(list)
    if digests:
        query = delivery_columns().where(
            Delivery.guild_id.in_({row.guild_id for row in digests}),
            Delivery.digest_id.in_({row.id for row in digests}),
            Delivery.state == DeliveryState.DIGESTED,
        )
        for entry in read_deliveries(connection, query.order_by(Delivery.created_ms, Delivery.seq)):
            assert entry.digest_id is not None
            found[entry.digest_id].append(entry)
    return found


def line_of(entry: DeliveryRow, said: NotificationRow | None, alert: AlertRow | None) -> str:
    title = said.title if said else entry.event_type
    began = rfc3339(entry.created_ms)[:16].replace("T", " ")
    if alert is None:
        return f"{began} UTC: {title}"
    if alert.closed_ms is None:
        return f"{began} UTC: {title} ({alert.state.replace('_', ' ')})"
    ended = rfc3339(alert.closed_ms)[:16].replace("T", " ")
    return f"{began} UTC: {title} (over since {ended} UTC)"
