"""A real discord.py bot, fed with gateway payloads as Discord documents them, and no gateway.

The payloads in `payloads/` go through discord.py's own parsers, so that the objects the cog gets
are the ones it gets in production.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from itertools import cycle
from pathlib import Path
from typing import Any

import discord
from discord.ext import commands

from modwatch_client import AsyncClient
from modwatch_cog import CogSettings, ModwatchCog, RateLimitWatch, Readings
from modwatch_cog.heartbeats import Bot
from tests.clients.discord_rest import DiscordRest, discord_rest

PAYLOADS = Path(__file__).parent / "payloads"
# Discord, too, numbers what happens within a millisecond.
_numbers = cycle(range(4096))
GUILD = "197038439483310086"
MEMBER, MODERATOR, OWN, OTHER_BOT = (
    80351110224678912,
    53908232506183680,
    868593281293160458,
    155149108183695360,
)
INTENTS = discord.Intents(
    guilds=True,
    members=True,
    moderation=True,
    guild_messages=True,
    dm_messages=True,
    auto_moderation_configuration=True,
    auto_moderation_execution=True,
)


def payload(name: str, guild_id: int, **fields: Any) -> Any:
    """A payload of this guild and moment; no two of a process have one id."""
    text = (PAYLOADS / f"{name}.json").read_text().replace(GUILD, str(guild_id))
    said = json.loads(text)
    now = datetime.now(UTC)
    id = str(discord.utils.time_snowflake(now) + next(_numbers))
    if said.get("id") == "ENTRY":
        said["id"] = id
    if said.get("message_id") == "MESSAGE":
        said["message_id"] = id
    for change in said.get("changes", []):
        for key, value in change.items():
            if value == "UNTIL":
                change[key] = (now + timedelta(minutes=10)).isoformat()
    return said | fields


class Gateway:
    """Feeds a bot, and waits until all that came of it is done."""

    def __init__(self, bot: Bot, cog: ModwatchCog, rest: DiscordRest, guild_id: int) -> None:
        self.bot, self.cog, self.rest, self.guild_id = bot, cog, rest, guild_id

    async def tell(self, *names: str, **fields: Any) -> None:
        for name in names:
            await self.tell_raw(name, payload(name, self.guild_id, **fields))

    async def tell_raw(self, name: str, said: Any) -> None:
        before = asyncio.all_tasks()
        self.bot._connection.parsers[name.partition(".")[0]](said)
        if made := asyncio.all_tasks() - before:
            await asyncio.wait(made)


@asynccontextmanager
async def connected(
    client: AsyncClient,
    guild_id: int,
    settings: CogSettings | None = None,
    rate_limits: RateLimitWatch | None = None,
    kind: type[Bot] = commands.Bot,
    readings: Readings | None = None,
) -> AsyncIterator[Gateway]:
    """A bot in one guild, as it is when Discord has said READY and GUILD_CREATE."""
    bot = kind(
        command_prefix="!",
        intents=INTENTS,
        chunk_guilds_at_startup=False,
        guild_ready_timeout=0.0,
        http_trace=(rate_limits or RateLimitWatch()).trace(),
    )
    async with discord_rest() as rest, bot:
        await bot.login("MTk4NjIy.Cl2FMQ.ZnCjm1XVW7vRze4b7Cq4se7kKWs")
        cog = ModwatchCog(bot, client, settings, rate_limits=rate_limits, readings=readings)
        await bot.add_cog(cog)
        gateway = Gateway(bot, cog, rest, guild_id)
        bot._connection._get_websocket = lambda *_, **__: None  # type: ignore[assignment]
        await gateway.tell("READY", "GUILD_CREATE")
        yield gateway
