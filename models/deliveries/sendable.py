"""What is to be done next: which deliveries may be sent now, and when there is more to do.

The statements are put together once: that takes longer than to execute them.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    Select,
    and_,
    bindparam,
    case,
    exists,
    func,
    or_,
    select,
    tuple_,
)
from sqlalchemy.orm import aliased

from domain.decisions import PASSES
from domain.delivery_life import IN_FLIGHT, WAITING
from models.channels.tables import StoredChannel
from models.deliveries.store import DeliveryRow, delivery_columns, read_deliveries
from models.deliveries.tables import Delivery, is_in_flight, is_to_do, is_waiting

ChannelKey = tuple[int, UUID]
# Behind so many nobody else is looked for: each of them ends some, and then others are seen.
GUILDS = 8
_ON_THE_WAY = [*WAITING, *IN_FLIGHT]
_OF_CHANNEL = and_(
    StoredChannel.guild_id == Delivery.guild_id, StoredChannel.id == Delivery.channel_id
)


def waiting_channels(connection: Connection, now_ms: int, most: int) -> list[ChannelKey]:
    """The channels of the `most` deliveries that may be sent now, longest due first.

    Where few guilds have them all, those of the guilds behind them are there as well.
    """
    values: dict[str, Any] = {"now_ms": now_ms, "most": most}
    rows = found = connection.execute(_WAITING_CHANNELS, values).all()
    while len(rows) == most and len(guilds := {guild_id for guild_id, _ in found}) < GUILDS:
        others = values | {"guilds": sorted(guilds)}
        rows = connection.execute(_OTHERS_CHANNELS, others).all()
        found = [*found, *rows]
    return list(dict.fromkeys((guild_id, id) for guild_id, id in found))


def sendable(
    connection: Connection, now_ms: int, most: int, channels: Collection[ChannelKey]
) -> list[DeliveryRow]:
    """What may be sent now through one of these channels, longest due first; each guild has some.

    Its lane is free, nothing before it in its story is on the way (nor the digest that took such a
    thing along), and its channel's provider did not ask to wait.
    """
    rows: list[DeliveryRow] = []
    left = list(channels)
    while left:
        values = {"now_ms": now_ms, "most": most, "channels": left}
        more = read_deliveries(connection, _SENDABLE, values)
        seen = {row.guild_id for row in more}
        left = [key for key in left if key[0] not in seen] if len(more) == most else []
        rows += more
    return rows


def waking_summaries(connection: Connection, rows: Collection[DeliveryRow]) -> set[UUID]:
    """Those of these digests and bundles that tell of more than ends: these pass quiet hours."""
    if not rows:
        return set()
    query = select(Delivery.digest_id).where(
        Delivery.guild_id.in_({row.guild_id for row in rows}),
        Delivery.digest_id.in_({row.id for row in rows}),
        Delivery.kind.not_in(PASSES),
    )
    return {id for id in connection.scalars(query) if id is not None}


def next_due(connection: Connection) -> int | None:
    """When something is to be done next: sent, decided again, or taken over from a dead worker."""
    found = [connection.scalar(query) for query in (_NEXT_DUE, _NEXT_LEASE)]
    return min((ms for ms in found if ms is not None), default=None)


def count_due(connection: Connection, now_ms: int) -> int:
    """How many deliveries wait whose time has come."""
    due = select(func.count()).select_from(Delivery)
    return connection.scalar(due.where(is_waiting(), Delivery.due_ms <= now_ms)) or 0


def _may_be_sent(columns: Any) -> Select[Any]:
    now_ms = bindparam("now_ms", type_=BigInteger)
    blocked_ms = StoredChannel.blocked_until_ms
    query: Select[Any] = (
        columns.join(StoredChannel, _OF_CHANNEL)
        .where(is_waiting(), Delivery.due_ms <= now_ms)
        .where(or_(blocked_ms.is_(None), blocked_ms <= now_ms))
        .where(~_lane_is_taken(), ~_story_is_under_way())
        .order_by(Delivery.due_ms, Delivery.created_ms, Delivery.seq)
        .limit(bindparam("most"))
    )
    return query


def _lane_is_taken() -> ColumnElement[bool]:
    other = aliased(Delivery)
    return exists().where(
        other.guild_id == Delivery.guild_id,
        other.lane == Delivery.lane,
        is_in_flight(other),
    )


def _story_is_under_way() -> ColumnElement[bool]:
    earlier, digest = aliased(Delivery), aliased(Delivery)
    in_digest = exists().where(
        digest.guild_id == earlier.guild_id,
        digest.id == earlier.digest_id,
        digest.state.in_(_ON_THE_WAY),
    )
    return exists().where(
        earlier.guild_id == Delivery.guild_id,
        earlier.story == Delivery.story,
        earlier.seq < Delivery.seq,
        or_(earlier.state.in_(_ON_THE_WAY), in_digest),
    )


def _due_or_unblocked_ms() -> ColumnElement[int]:
    blocked_ms = func.coalesce(StoredChannel.blocked_until_ms, 0)
    return case((blocked_ms > Delivery.due_ms, blocked_ms), else_=Delivery.due_ms)


def _waiting_channels() -> Select[Any]:
    return _may_be_sent(select(Delivery.guild_id, Delivery.channel_id))


def _others_channels() -> Select[Any]:
    others = Delivery.guild_id.not_in(bindparam("guilds", expanding=True, type_=BigInteger))
    return _waiting_channels().where(others)


def _sendable() -> Select[Any]:
    key = tuple_(StoredChannel.guild_id, StoredChannel.id)
    return _may_be_sent(delivery_columns()).where(key.in_(bindparam("channels", expanding=True)))


_WAITING_CHANNELS, _SENDABLE = _waiting_channels(), _sendable()
_OTHERS_CHANNELS = _others_channels()
_NEXT_DUE = (
    select(func.min(_due_or_unblocked_ms()))
    .select_from(Delivery)
    .join(StoredChannel, _OF_CHANNEL)
    .where(is_to_do())
)
_NEXT_LEASE = select(func.min(Delivery.claimed_until_ms)).where(is_in_flight())
