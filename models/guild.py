"""A guild (a Discord server), and the offset of its stream of live events."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any, cast

from sqlalchemy import Connection, Row, Table, select
from sqlalchemy.orm import Mapped, mapped_column

from domain.guild_state import GuildState
from models.base import Base, Count, Snowflake, TimestampMs, Words
from models.bulk import BulkInsert


class Guild(Base):
    __tablename__ = "guilds"

    guild_id: Mapped[Snowflake] = mapped_column(primary_key=True)
    first_event_ms: Mapped[TimestampMs]
    last_event_ms: Mapped[TimestampMs]
    # Counted up under the row's lock, so that offsets follow the order of commits.
    event_offset: Mapped[Count]
    name: Mapped[Words | None]
    icon: Mapped[Words | None]
    owner_id: Mapped[Snowflake | None]
    member_count: Mapped[Snowflake | None]
    # When each of the four was said: a late `guild` event changes only what no later one said.
    name_timestamp_ms: Mapped[Count]
    icon_timestamp_ms: Mapped[Count]
    owner_id_timestamp_ms: Mapped[Count]
    member_count_timestamp_ms: Mapped[Count]
    is_demo: Mapped[bool] = mapped_column(default=False, server_default="0")


_STATE = GuildState.columns()
_NEW = BulkInsert(Guild, ("guild_id", "first_event_ms", "last_event_ms"), "DO NOTHING")
_SAVE = BulkInsert(
    Guild,
    _STATE,
    "(guild_id) DO UPDATE SET " + ", ".join(f"{name} = excluded.{name}" for name in _STATE[1:]),
)


def lock_guilds(connection: Connection, seen: dict[int, int]) -> dict[int, GuildState]:
    """Lock the guilds' rows in id order, making those that are new; their states by id.

    `seen` maps each guild to the time of one of its events. From here until commit each of these
    guilds has one writer: nothing after it can deadlock, and offsets follow the order of commits.
    """
    _NEW.run(connection, [(guild_id, time, time) for guild_id, time in sorted(seen.items())])
    columns = [cast(Table, Guild.__table__).c[name] for name in _STATE]
    query = select(*columns).where(Guild.guild_id.in_(seen)).order_by(Guild.guild_id)
    rows = connection.execute(query.with_for_update())
    return {row.guild_id: GuildState(*row) for row in rows}


def save_guilds(connection: Connection, states: Collection[GuildState]) -> None:
    """Write back states that `lock_guilds` gave."""
    _SAVE.run(connection, sorted(state.values() for state in states))


def known_guilds(connection: Connection, guild_ids: Sequence[int]) -> set[int]:
    query = select(Guild.guild_id).where(Guild.guild_id.in_(guild_ids))
    return set(connection.scalars(query))


def demo_guilds(connection: Connection) -> list[int]:
    return list(connection.scalars(select(Guild.guild_id).where(Guild.is_demo.is_(True))))


def named_guilds(connection: Connection, guild_ids: Sequence[int]) -> list[Row[Any]]:
    """(guild_id, name, icon) of those the bot has been heard from."""
    query = select(Guild.guild_id, Guild.name, Guild.icon).where(Guild.guild_id.in_(guild_ids))
    return list(connection.execute(query))


def all_guilds(connection: Connection, among: Sequence[int] | None = None) -> list[int]:
    """Ids of the guilds that were heard from, or those of them in `among`."""
    query = select(Guild.guild_id).order_by(Guild.guild_id)
    if among is not None:
        query = query.where(Guild.guild_id.in_(among))
    return list(connection.scalars(query))
