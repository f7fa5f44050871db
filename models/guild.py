"""A guild (a Discord server), and the offset of its stream of live events."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Any, cast

from sqlalchemy import Connection, Row, Table, select
from sqlalchemy.orm import Mapped, mapped_column

from domain.guild_state import GuildState
from models.base import Base, Count, Snowflake, TimestampMs, Words
from models.bulk import BulkInsert


class Guild(Base):
    __tablename__ = "guilds"

    guild_id: Mapped[Snowflake] = mapped_column(primary_key=True)
    # Null until the bot has sent something.
    first_event_ms: Mapped[TimestampMs | None]
    last_event_ms: Mapped[TimestampMs | None]
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
_NEW = BulkInsert(Guild, ("guild_id",), "DO NOTHING")
_SAVE = BulkInsert(
    Guild,
    _STATE,
    "(guild_id) DO UPDATE SET " + ", ".join(f"{name} = excluded.{name}" for name in _STATE[1:]),
)


def lock_guilds(
    connection: Connection, guild_ids: Iterable[int], *, skip_locked: bool = False
) -> dict[int, GuildState]:
    """Lock the guilds' rows in id order, making those that are new; their states by id.

    From here until commit each of these guilds has one writer: nothing after it can deadlock, and
    the offsets of live events follow the order of commits. With `skip_locked` the guilds that have
    another writer now are left out instead of waited for.
    """
    wanted = sorted(set(guild_ids))
    _NEW.run(connection, [(guild_id,) for guild_id in wanted])
    columns = [cast(Table, Guild.__table__).c[name] for name in _STATE]
    query = select(*columns).where(Guild.guild_id.in_(wanted)).order_by(Guild.guild_id)
    rows = connection.execute(query.with_for_update(skip_locked=skip_locked))
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
    """(guild_id, name, icon, last_event_ms) of those anything is stored of."""
    columns = (Guild.guild_id, Guild.name, Guild.icon, Guild.last_event_ms)
    query = select(*columns).where(Guild.guild_id.in_(guild_ids))
    return list(connection.execute(query))


def all_guilds(connection: Connection, among: Sequence[int] | None = None) -> list[int]:
    """Ids of the guilds that were heard from, or those of them in `among`."""
    query = select(Guild.guild_id).order_by(Guild.guild_id)
    if among is not None:
        query = query.where(Guild.guild_id.in_(among))
    return list(connection.scalars(query))
