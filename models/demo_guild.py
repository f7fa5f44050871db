"""Guilds that are invented, and whether there are any that are not."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import Connection, case, exists, func, select

from domain.windows import DAY_MS
from models.guilds.guild import Guild
from models.guilds.settings import GuildConfig
from models.rollups.counts import DayRollup
from models.sql.bulk import BulkInsert

_NEW = BulkInsert(Guild, ("guild_id", "first_event_ms", "last_event_ms", "is_demo"), "DO NOTHING")
_CHUNK = 1_000
_RATE_DAYS = 7


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


def demo_guild_rates(connection: Connection, now_ms: int) -> dict[int, float]:
    """Violations a day of each invented guild: of its last seven whole days, or all where none."""
    today = now_ms // DAY_MS
    late = (DayRollup.epoch_day >= today - _RATE_DAYS) & (DayRollup.epoch_day < today)
    query = (
        select(
            Guild.guild_id,
            Guild.first_event_ms,
            func.coalesce(func.sum(case((late, DayRollup.violations), else_=0)), 0),
            func.coalesce(func.sum(DayRollup.violations), 0),
        )
        .outerjoin(DayRollup, DayRollup.guild_id == Guild.guild_id)
        .where(Guild.is_demo.is_(True))
        .group_by(Guild.guild_id, Guild.first_event_ms)
    )
    return {
        guild_id: _rate(int(of_late), int(ever), max((now_ms - (began_ms or now_ms)) / DAY_MS, 1.0))
        for guild_id, began_ms, of_late, ever in connection.execute(query)
    }


def _rate(of_late: int, ever: int, days: float) -> float:
    return of_late / min(days, _RATE_DAYS) if of_late else ever / days
