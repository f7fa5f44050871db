"""The day's figures of guilds whose snapshots wait, by which their health is judged meanwhile."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import BigInteger, Connection, cast, func, select

from models.rollups.counts import HourRollup
from models.snapshots.dirty import DirtyGuild
from models.sql.key_list import is_one_of

_SUMS = ("messages", "violations", "kicks", "bans", "response_time_ms_sum", "response_time_count")
GUILDS_AT_ONCE = 5_000


def waiting_sums(
    connection: Connection, hours: range, guild_ids: Sequence[int] | None
) -> list[Any]:
    """(guild, messages, violations, kicks, bans, sum of response times in ms, their number) of the
    dirty guilds, or of those among `guild_ids`, over these epoch hours.

    In two steps: where guilds lie on several servers, no statement reads both tables.
    """
    query = select(DirtyGuild.guild_id)
    if guild_ids is not None:
        query = query.where(DirtyGuild.guild_id.in_(guild_ids))
    dirty = list(connection.scalars(query))
    return [
        sums
        for place in range(0, len(dirty), GUILDS_AT_ONCE)
        for sums in _sums_of(connection, dirty[place : place + GUILDS_AT_ONCE], hours)
    ]


def _sums_of(connection: Connection, guild_ids: list[int], hours: range) -> Sequence[Any]:
    guild, hour = HourRollup.guild_id, HourRollup.epoch_hour
    sums = [cast(func.sum(getattr(HourRollup, name)), BigInteger) for name in _SUMS]
    query = select(guild, *sums).where(is_one_of(connection, guild, guild_ids))
    query = query.where(hour >= hours.start, hour < hours.stop).group_by(guild)
    return connection.execute(query).all()
