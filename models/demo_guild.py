"""Guilds that are invented, and whether there are any that are not."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import Connection, exists, func, select

from models.bulk import BulkInsert
from models.guild import Guild
from models.guild_settings import GuildConfig
from models.rollup import DayRollup

_NEW = BulkInsert(Guild, ("guild_id", "first_event_ms", "last_event_ms", "is_demo"), "DO NOTHING")
_CHUNK = 1_000


def add_demo_guilds(connection: Connection, starts: Iterable[tuple[int, int]]) -> None:
    """Make guilds of (id, start_ms), marked from the first moment: a crash leaves no other kind."""
    _NEW.run(connection, [(id, start_ms, start_ms, True) for id, start_ms in sorted(starts)])


def began_at_ms(connection: Connection, guild_id: int) -> int:
    """Where the history of a demo guild begins."""
    query = select(Guild.first_event_ms).where(Guild.guild_id == guild_id)
    began_ms = connection.scalar(query)
    assert began_ms is not None  # see add_demo_guilds
    return began_ms


def has_guilds(connection: Connection) -> bool:
    return bool(connection.scalar(select(exists(select(Guild.guild_id)))))


def has_real_guilds(connection: Connection) -> bool:
    real = select(Guild.guild_id).where(Guild.is_demo.is_(False))
    return bool(connection.scalar(select(exists(real))))


def has_unfinished_demo(connection: Connection, guild_ids: Sequence[int]) -> bool:
    """Whether the history of one of these was begun and, without a config yet, not finished."""
    unfinished = (
        select(Guild.guild_id)
        .outerjoin(GuildConfig, GuildConfig.guild_id == Guild.guild_id)
        .where(Guild.is_demo.is_(True), GuildConfig.guild_id.is_(None))
    )
    chunks = (guild_ids[place : place + _CHUNK] for place in range(0, len(guild_ids), _CHUNK))
    return any(
        connection.scalar(select(exists(unfinished.where(Guild.guild_id.in_(chunk)))))
        for chunk in chunks
    )


def demo_guild_violations(connection: Connection) -> dict[int, int]:
    """How many violations each invented guild ever had."""
    total = func.coalesce(func.sum(DayRollup.violations), 0)
    query = (
        select(Guild.guild_id, total)
        .outerjoin(DayRollup, DayRollup.guild_id == Guild.guild_id)
        .where(Guild.is_demo.is_(True))
        .group_by(Guild.guild_id)
    )
    return {guild_id: int(count) for guild_id, count in connection.execute(query)}
