"""Reading and writing channels."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, cast
from uuid import UUID

from sqlalchemy import Connection, Table, delete, func, select, update

from domain.alert_rules import EventType
from domain.decisions import LetThrough
from domain.delivery_life import InDoubt
from domain.messages import Priority
from models.channels.tables import StoredChannel, Unsubscribed
from models.sql.key_list import is_one_of

MOST_CHANNELS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelRow:
    """A channel as it is stored; `settings` is sealed JSON, `mask` what may be shown of it.

    schedule_id  None: the server's own; else of that scheduled report alone
    leaving_ms   None: it stays; else since when it is taken away
    """

    guild_id: int
    id: UUID
    kind: str
    name: str
    settings: str
    mask: dict[str, Any]
    enabled: bool = True
    threshold: Priority = Priority.LOW
    events: frozenset[EventType] | None = None
    after_minutes: int = 0
    let_through: LetThrough = LetThrough.NONE
    mention_role: int | None = None
    in_doubt: InDoubt | None = None
    state: str = "ok"
    blocked_until_ms: int | None = None
    last_ok_ms: int | None = None
    last_failure: str | None = None
    revision: int = 1
    from_preferences: bool = False
    created_ms: int = 0
    updated_ms: int = 0
    schedule_id: UUID | None = None
    leaving_ms: int | None = None


def channels_of(connection: Connection, guild_ids: Sequence[int]) -> list[ChannelRow]:
    """The servers' own, in the order in which they were made."""
    return [row for row in every_channel_of(connection, guild_ids) if row.schedule_id is None]


def every_channel_of(
    connection: Connection, guild_ids: Sequence[int], *, with_leaving: bool = False
) -> list[ChannelRow]:
    """Those of single scheduled reports as well; `with_leaving`: and those on their way out."""
    if not guild_ids:
        return []
    table = cast(Table, StoredChannel.__table__)
    query = select(table).where(is_one_of(connection, table.c.guild_id, list(guild_ids)))
    if not with_leaving:
        query = query.where(table.c.leaving_ms.is_(None))
    query = query.order_by(table.c.guild_id, table.c.created_ms, table.c.id)
    return [_channel(row) for row in connection.execute(query)]


def channel_of(connection: Connection, guild_id: int, id: UUID) -> ChannelRow | None:
    """One of the server's own."""
    row = any_channel_of(connection, guild_id, id)
    return row if row is not None and row.schedule_id is None else None


def any_channel_of(connection: Connection, guild_id: int, id: UUID) -> ChannelRow | None:
    """Also one of a scheduled report alone."""
    found = [row for row in every_channel_of(connection, [guild_id]) if row.id == id]
    return found[0] if found else None


def count_channels(connection: Connection, guild_id: int) -> int:
    query = select(func.count()).select_from(StoredChannel)
    own = (StoredChannel.guild_id == guild_id) & StoredChannel.schedule_id.is_(None)
    return connection.scalar(query.where(own, StoredChannel.leaving_ms.is_(None))) or 0


def count_broken(connection: Connection) -> int:
    """Channels of all guilds that their provider refused for good."""
    query = select(func.count()).select_from(StoredChannel)
    broken = (StoredChannel.state == "broken") & StoredChannel.leaving_ms.is_(None)
    return connection.scalar(query.where(broken)) or 0


def insert_channel(connection: Connection, row: ChannelRow) -> None:
    table = cast(Table, StoredChannel.__table__)
    connection.execute(table.insert().values(_values(row)))


def update_channel(connection: Connection, row: ChannelRow) -> bool:
    """Write the row over the one with the revision before it; False when that is gone."""
    table = StoredChannel
    change = update(table).where(
        table.guild_id == row.guild_id, table.id == row.id, table.revision == row.revision - 1
    )
    return connection.execute(change.values(_beside_key(row))).rowcount == 1


def save_choices(connection: Connection, row: ChannelRow, *, is_mended: bool) -> None:
    """Write what people choose. What sending found out meanwhile stays, unless it `is_mended`."""
    left = {"state", "blocked_until_ms", "last_failure"} if not is_mended else set()
    values = _beside_key(row)
    written = {name: values[name] for name in values.keys() - left - {"last_ok_ms"}}
    table = StoredChannel
    change = update(table).where(table.guild_id == row.guild_id, table.id == row.id)
    connection.execute(change.values(written))


def send_away(connection: Connection, row: ChannelRow, now_ms: int) -> ChannelRow:
    """Have it take nothing new: `delete_channel` follows once its last deliveries are over."""
    # A process of the release before takes it for a channel of the server, without events; what
    # is still to be said passes through a channel that was switched off.
    leaving = replace(row, leaving_ms=now_ms, enabled=True, events=frozenset())
    save_choices(connection, leaving, is_mended=False)
    return leaving


def delete_channel(connection: Connection, guild_id: int, id: UUID) -> bool:
    for model in (StoredChannel, Unsubscribed):
        key = model.id if model is StoredChannel else Unsubscribed.channel_id
        gone = connection.execute(delete(model).where(model.guild_id == guild_id, key == id))
        if model is StoredChannel and not gone.rowcount:
            return False
    return True


def unsubscribed_of(connection: Connection, guild_ids: Sequence[int]) -> set[tuple[UUID, str]]:
    """(channel, hash of the address)"""
    if not guild_ids:
        return set()
    query = select(Unsubscribed.channel_id, Unsubscribed.address_hash)
    query = query.where(is_one_of(connection, Unsubscribed.guild_id, list(guild_ids)))
    return {(channel_id, hash) for channel_id, hash in connection.execute(query)}


def is_unsubscribed(connection: Connection, guild_id: int, channel_id: UUID, hash: str) -> bool:
    return (channel_id, hash) in unsubscribed_of(connection, [guild_id])


def forget_stops(connection: Connection, guild_id: int, id: UUID) -> None:
    """Of a channel or a report that is gone."""
    gone = (Unsubscribed.guild_id == guild_id) & (Unsubscribed.channel_id == id)
    connection.execute(delete(Unsubscribed).where(gone))


def add_unsubscribed(
    connection: Connection, guild_id: int, channel_id: UUID, hash: str, now_ms: int
) -> bool:
    """Whether the address was not there yet. The guild's row is locked by the caller."""
    if is_unsubscribed(connection, guild_id, channel_id, hash):
        return False
    table = cast(Table, Unsubscribed.__table__)
    values = {"guild_id": guild_id, "channel_id": channel_id, "address_hash": hash}
    connection.execute(table.insert().values(values | {"at_ms": now_ms}))
    return True


def forget_unsubscribed(
    connection: Connection, guild_id: int, channel_id: UUID, hash: str, _now_ms: int
) -> bool:
    """Whether the address was there."""
    gone = delete(Unsubscribed).where(
        Unsubscribed.guild_id == guild_id,
        Unsubscribed.channel_id == channel_id,
        Unsubscribed.address_hash == hash,
    )
    return connection.execute(gone).rowcount > 0


def _values(row: ChannelRow) -> dict[str, Any]:
    values = {name: getattr(row, name) for name in ChannelRow.__slots__}
    values["mask"] = json.dumps(row.mask)
    if row.events is not None:
        values["events"] = json.dumps([name for name in EventType if name in row.events])
    return values


def _beside_key(row: ChannelRow) -> dict[str, Any]:
    return {name: value for name, value in _values(row).items() if name not in ("guild_id", "id")}


def _channel(row: Any) -> ChannelRow:
    values = {name: getattr(row, name) for name in ChannelRow.__slots__}
    return ChannelRow(
        **values
        | {
            "mask": json.loads(row.mask),
            "threshold": Priority(row.threshold),
            "events": None
            if row.events is None
            else frozenset(EventType(name) for name in json.loads(row.events)),
            "let_through": LetThrough(row.let_through),
            "in_doubt": None if row.in_doubt is None else InDoubt(row.in_doubt),
        }
    )
