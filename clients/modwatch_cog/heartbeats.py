"""Signs of life, one for each guild whose shard is connected."""

from __future__ import annotations

import math

import discord
from discord.ext import commands

from modwatch_client import HeartbeatEvent, RateLimit

Bot = commands.Bot | commands.AutoShardedBot


def heartbeats(bot: Bot, headroom: RateLimit | None) -> list[HeartbeatEvent]:
    """A bot that Discord has cut off sees nothing: for its guilds that is no sign of life."""
    found = []
    for guild in bot.guilds:
        latency_seconds = _latency_seconds(bot, guild)
        if not guild.unavailable and math.isfinite(latency_seconds):
            found.append(
                HeartbeatEvent(
                    guild_id=guild.id,
                    shard_id=guild.shard_id,
                    latency_ms=round(latency_seconds * 1000),
                    rate_limit=headroom,
                )
            )
    return found


def _latency_seconds(bot: Bot, guild: discord.Guild) -> float:
    """Not finite while the guild's shard is not connected."""
    if not isinstance(bot, discord.AutoShardedClient):
        return bot.latency
    shard = bot.get_shard(guild.shard_id)
    return math.inf if shard is None or shard.is_closed() else shard.latency
