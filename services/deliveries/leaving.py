"""The last words of a channel that is taken away, and its going once they are said.

They are deliveries as others are: tried again while their provider is away, or in doubt.
"""

from __future__ import annotations

from collections.abc import Iterator

import structlog
from sqlalchemy import Connection

from adapters.channels.registry import CHANNELS
from domain.alert_rules import EventType
from domain.alert_words import channel_removed
from domain.decisions import Reason, Told
from domain.delivery_life import SENT_WITHIN_MS
from domain.messages import MessageKind, Priority
from models.alerts.store import AlertRow, open_alerts_of
from models.channels.store import ChannelRow, delete_channel
from models.deliveries.claims import lock_channel
from models.deliveries.leaving import channels_to_let_go, is_to_be_let_go
from models.deliveries.sendable import ChannelKey
from models.deliveries.store import DeliveryRow, cancel_channel
from services.container import Parts
from services.deliveries.views import Situation, Target, situation_to_tell
from services.notifications.telling import Notice, add_decided, new_delivery

MOST = 100
_MAY_KNOW = (Told.MAYBE, Told.PENDING)
_log = structlog.get_logger()


def say_ends(connection: Connection, parts: Parts, row: ChannelRow, now_ms: int) -> None:
    """Write an end of each open alert whose beginning may have arrived through this channel.

    One whose beginning is on its way is decided when that is over.
    """
    alerts = open_alerts_of(connection, [row.guild_id])
    ids = [alert.id for alert in alerts]
    situation = situation_to_tell(connection, parts.secrets, [row.guild_id], ids)
    add_decided(connection, list(_ends(situation, row, alerts, now_ms)))


def let_go(parts: Parts) -> int:
    """Delete channels that have said their last words, or had a day for it; how many.

    None while something is on its way there, which could not come to an end without it.
    """
    before_ms = parts.clock() - SENT_WITHIN_MS
    with parts.database.read() as connection:
        keys = channels_to_let_go(connection, before_ms, MOST)
    return sum(_let_go(parts, key, before_ms) for key in keys)


def is_one_to_go(connection: Connection, now_ms: int) -> bool:
    """Whether `let_go` would delete one."""
    return bool(channels_to_let_go(connection, now_ms - SENT_WITHIN_MS, 1))


def _let_go(parts: Parts, key: ChannelKey, before_ms: int) -> bool:
    with parts.database.write() as connection:
        lock_channel(connection, key)
        if not is_to_be_let_go(connection, key, before_ms):
            return False
        cancel_channel(connection, *key, Reason.CHANNEL_OFF.value, parts.clock())
        delete_channel(connection, *key)
    _log.info("channel_gone", guild_id=str(key[0]), channel_id=str(key[1]))
    return True


def _ends(
    situation: Situation, row: ChannelRow, alerts: list[AlertRow], now_ms: int
) -> Iterator[DeliveryRow]:
    target = Target(row, CHANNELS[row.kind], "")
    for alert in alerts:
        if situation.view(target, target.story(alert.id)).told in _MAY_KNOW:
            notice = _notice(alert)
            yield new_delivery(situation, notice, target, now_ms, subject=notice.dedup_key)


def _notice(alert: AlertRow) -> Notice:
    title, message = channel_removed()
    return Notice(
        guild_id=alert.guild_id,
        kind=MessageKind.RESOLVED,
        event_type=EventType(alert.event_type),
        priority=Priority(alert.priority),
        dedup_key=f"channel_removed:{alert.id}",
        title=title,
        message=message,
        alert=alert,
    )
