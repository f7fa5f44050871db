"""Channels on their way out: what of theirs is still to come to its end.

The statements are put together once: that takes longer than to execute them.
"""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import BigInteger, ColumnElement, Connection, bindparam, exists, or_, select

from domain.delivery_life import FINAL, IN_FLIGHT, DeliveryState
from models.channels.tables import StoredChannel
from models.deliveries.sendable import ChannelKey
from models.deliveries.tables import Delivery

_UNFINISHED = sorted(set(DeliveryState) - FINAL)


def is_anything_left(connection: Connection, key: ChannelKey) -> bool:
    """Whether a delivery of the channel waits or is on its way."""
    mine = (Delivery.guild_id == key[0]) & (Delivery.channel_id == key[1])
    return bool(connection.scalar(select(_is_any(mine, _UNFINISHED))))


def channels_to_let_go(connection: Connection, before_ms: int, most: int) -> list[ChannelKey]:
    """Those on their way out for which nothing is left to do, or nothing on its way since then."""
    rows = connection.execute(_TO_LET_GO, {"before_ms": before_ms, "most": most})
    return [(guild_id, id) for guild_id, id in rows]


def is_to_be_let_go(connection: Connection, key: ChannelKey, before_ms: int) -> bool:
    """The same of one, which the caller has locked."""
    values = {"before_ms": before_ms, "most": 1, "of_guild": key[0], "of_id": key[1]}
    return connection.execute(_THIS_ONE, values).first() is not None


def _is_over() -> ColumnElement[bool]:
    """What is on its way ends within its lease: without its channel it would wait for ever."""
    channel = StoredChannel
    theirs = (Delivery.guild_id == channel.guild_id) & (Delivery.channel_id == channel.id)
    is_late = channel.leaving_ms < bindparam("before_ms", type_=BigInteger)
    return or_(is_late & ~_is_any(theirs, sorted(IN_FLIGHT)), ~_is_any(theirs, _UNFINISHED))


def _is_any(which: ColumnElement[bool], states: Iterable[DeliveryState]) -> ColumnElement[bool]:
    """State by state: for a list of them SQLite would read all that was ever sent."""
    return or_(*(exists().where(which, Delivery.state == state) for state in states))


_TO_LET_GO = (
    select(StoredChannel.guild_id, StoredChannel.id)
    .where(StoredChannel.leaving_ms.is_not(None), _is_over())
    .limit(bindparam("most"))
)
_THIS_ONE = _TO_LET_GO.where(
    StoredChannel.guild_id == bindparam("of_guild", type_=BigInteger),
    StoredChannel.id == bindparam("of_id", type_=StoredChannel.id.type),
)
