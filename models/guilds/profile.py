"""What the arithmetic of a guild depends on beside its events."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, select

from models.guilds.guild import Guild
from models.guilds.settings import GuildConfig

DEFAULT_TIMEZONE = "UTC"


@dataclass(frozen=True, slots=True)
class GuildProfile:
    guild_id: int
    first_event_ms: int | None = None
    member_count: int | None = None
    timezone: str = DEFAULT_TIMEZONE


def guild_profiles(connection: Connection, guild_ids: Sequence[int]) -> dict[int, GuildProfile]:
    """A profile for each id; of a guild nobody has heard of, the one without history."""
    query = (
        select(Guild.guild_id, Guild.first_event_ms, Guild.member_count, GuildConfig.timezone)
        .outerjoin(GuildConfig, GuildConfig.guild_id == Guild.guild_id)
        .where(Guild.guild_id.in_(guild_ids))
    )
    known = {
        guild_id: GuildProfile(guild_id, first_ms, members, timezone or DEFAULT_TIMEZONE)
        for guild_id, first_ms, members, timezone in connection.execute(query)
    }
    return {guild_id: known.get(guild_id, GuildProfile(guild_id)) for guild_id in guild_ids}
