"""What a guild's channels are called, as its bots said last: in that guild alone."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from sqlalchemy import Connection, select, tuple_
from sqlalchemy.orm import Mapped, mapped_column

from models.base import CLUSTERED, Base, Snowflake, TimestampMs, Words
from models.sql.bulk import BulkInsert
from models.sql.key_list import listed


class ChannelName(Base):
    __tablename__ = "channel_names"
    __table_args__ = (CLUSTERED,)
    guild_id: Mapped[Snowflake] = mapped_column(primary_key=True)
    channel_id: Mapped[Snowflake] = mapped_column(primary_key=True)
    name: Mapped[Words]
    said_ms: Mapped[TimestampMs]


class ChannelNameRow(NamedTuple):
    guild_id: int
    channel_id: int
    name: str
    said_ms: int


# The later saying stays; of two at the same time, one by what it says.
_SAVE = BulkInsert(
    ChannelName,
    ("guild_id", "channel_id", "name", "said_ms"),
    "(guild_id, channel_id) DO UPDATE SET name = excluded.name, said_ms = excluded.said_ms"
    " WHERE (excluded.said_ms, excluded.name COLLATE BINARY)"
    " > (channel_names.said_ms, channel_names.name COLLATE BINARY)",
)


def learn_channels(connection: Connection, rows: Iterable[ChannelNameRow]) -> None:
    in_order = sorted(rows, key=lambda row: (row.said_ms, row.name))
    latest = {(row.guild_id, row.channel_id): row for row in in_order}
    _SAVE.run(connection, [latest[key] for key in sorted(latest)])


def channel_names(
    connection: Connection, guild_id: int, channel_ids: Iterable[int]
) -> dict[int, str]:
    """Of those that have one."""
    return channels_by_guild(connection, {guild_id: set(channel_ids)})[guild_id]


def channels_by_guild(
    connection: Connection, channels: Mapping[int, set[int]]
) -> dict[int, dict[int, str]]:
    """The same of several guilds at once."""
    found: dict[int, dict[int, str]] = {guild_id: {} for guild_id in channels}
    keys = [(guild_id, id) for guild_id, ids in channels.items() for id in ids]
    if keys:
        table = ChannelName
        key = tuple_(table.guild_id, table.channel_id)
        query = select(table.guild_id, table.channel_id, table.name)
        for row in connection.execute(query.where(key.in_(listed(connection, keys)))):
            found[row.guild_id][row.channel_id] = row.name
    return found
