"""What a clock that was ahead, and was set back since, has put off: deliveries, leases, channels.

`updated_ms` says when a delivery was put off, so that what a right clock holds for long, as until
the end of quiet hours, stays as it is.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, select, update

from domain.clock import APART_MS
from domain.delivery_life import LEASE_MS, LONGEST_BLOCK_MS
from models.channels.tables import StoredChannel
from models.deliveries.sendable import ChannelKey
from models.deliveries.tables import Delivery, is_in_flight, is_to_do


def put_off_ahead(connection: Connection, now_ms: int, most: int) -> list[ChannelKey]:
    """(guild_id, id) of deliveries that wait for a time which such a clock has set."""
    query = select(Delivery.guild_id, Delivery.id).where(_is_put_off(now_ms)).limit(most)
    return [(guild_id, id) for guild_id, id in connection.execute(query)]


def make_due(connection: Connection, key: ChannelKey, now_ms: int) -> bool:
    """Have it sent, or decided again, now."""
    change = update(Delivery).where(*_is(Delivery, key), _is_put_off(now_ms))
    return _changes(connection, change.values(due_ms=now_ms, updated_ms=now_ms))


def leased_ahead(connection: Connection, now_ms: int, most: int) -> list[ChannelKey]:
    """(guild_id, id) of deliveries whose lease ends later than one that is taken now."""
    query = select(Delivery.guild_id, Delivery.id).where(_is_leased(now_ms)).limit(most)
    return [(guild_id, id) for guild_id, id in connection.execute(query)]


def end_lease_in_time(connection: Connection, key: ChannelKey, now_ms: int) -> bool:
    """As if it were taken now: its worker may be at it, or dead."""
    change = update(Delivery).where(*_is(Delivery, key), _is_leased(now_ms))
    return _changes(connection, change.values(claimed_until_ms=now_ms + LEASE_MS))


def blocked_ahead(connection: Connection, now_ms: int, most: int) -> list[ChannelKey]:
    """Channels that are left alone for longer than any provider may ask for."""
    channel = StoredChannel
    query = select(channel.guild_id, channel.id).where(_is_blocked(now_ms)).limit(most)
    return [(guild_id, id) for guild_id, id in connection.execute(query)]


def unblock(connection: Connection, key: ChannelKey, now_ms: int) -> bool:
    change = update(StoredChannel).where(*_is(StoredChannel, key), _is_blocked(now_ms))
    return _changes(connection, change.values(blocked_until_ms=None))


def _is_put_off(now_ms: int) -> Any:
    ahead_ms = now_ms + APART_MS
    return is_to_do() & (Delivery.due_ms > ahead_ms) & (Delivery.updated_ms > ahead_ms)


def _is_leased(now_ms: int) -> Any:
    return is_in_flight() & (Delivery.claimed_until_ms > now_ms + LEASE_MS + APART_MS)


def _is_blocked(now_ms: int) -> Any:
    return StoredChannel.blocked_until_ms > now_ms + LONGEST_BLOCK_MS + APART_MS


def _is(of: Any, key: ChannelKey) -> Any:
    return of.guild_id == key[0], of.id == key[1]


def _changes(connection: Connection, change: Any) -> bool:
    return connection.execute(change).rowcount == 1
