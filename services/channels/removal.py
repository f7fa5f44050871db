"""Taking a channel away: what waits for it is cancelled by name, and open incidents are resolved.

People have read what they were told. A pager would ring on for an alert whose end it never hears.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from uuid import uuid4

import structlog
from sqlalchemy import Connection

from adapters.channels.registry import CHANNELS
from adapters.secret_box import UnreadableSecretError
from domain.attempts import Outcome
from domain.decisions import Reason
from domain.messages import Message, MessageKind
from models.alerts.store import open_alerts_of
from models.channels.store import ChannelRow, delete_channel
from models.deliveries.claims import lock_channel
from models.deliveries.store import (
    beginnings_of,
    cancel_channel,
    delivery_columns,
    read_deliveries,
)
from models.deliveries.tables import Delivery
from services.channels.sealing import open_settings
from services.container import Parts
from services.deliveries.compose import compose
from services.deliveries.views import Target, keeps_incidents, situation_of

PATIENCE_SECONDS = 5.0  # a person waits for the answer
_log = structlog.get_logger()


def take_away(connection: Connection, parts: Parts, row: ChannelRow) -> list[Message]:
    """Delete it with all that waits for it; what `resolve_incidents` is to say after the commit."""
    # As whoever claims deliveries does: the channel first, so that the two never meet crosswise.
    lock_channel(connection, (row.guild_id, row.id))
    ends = _ends(connection, parts, row)
    now_ms = parts.clock()
    cancel_channel(connection, row.guild_id, row.id, Reason.CHANNEL_OFF.value, now_ms)
    delete_channel(connection, row.guild_id, row.id)
    return ends


def resolve_incidents(parts: Parts, row: ChannelRow, ends: Iterable[Message]) -> None:
    """Say each end once; what does not arrive is closed by hand there, and logged here."""
    try:
        settings = open_settings(parts.secrets, row)
    except UnreadableSecretError:
        _log.warning("incident_left_open", kind=row.kind, reason="settings_unreadable")
        return
    ways = replace(parts.ways(), patience_seconds=PATIENCE_SECONDS)
    for message in ends:
        attempt = CHANNELS[row.kind].send(message, settings, ways, lambda: None)
        if attempt.outcome is not Outcome.SENT:
            _log.warning("incident_left_open", kind=row.kind, reason=attempt.reason)


def _ends(connection: Connection, parts: Parts, row: ChannelRow) -> list[Message]:
    """The end of each story of an open alert whose beginning may have arrived there."""
    if not keeps_incidents(CHANNELS[row.kind]):
        return []
    alert_ids = {alert.id for alert in open_alerts_of(connection, [row.guild_id])}
    beginnings = beginnings_of(connection, [row.guild_id], alert_ids)
    stories = {beginning.story for beginning in beginnings if beginning.may_have_arrived}
    query = delivery_columns().where(
        Delivery.guild_id == row.guild_id,
        Delivery.channel_id == row.id,
        Delivery.kind == MessageKind.FIRING.value,
        Delivery.story.in_(stories),
    )
    firings = read_deliveries(connection, query)
    situation = situation_of(connection, parts.secrets, [row.guild_id], alert_ids)
    target = Target(row, CHANNELS[row.kind], "")
    pairs = [
        (replace(firing, id=uuid4(), kind=MessageKind.RESOLVED.value), target) for firing in firings
    ]
    return [job.message for job in compose(parts, connection, situation, pairs, parts.clock(), [])]
