"""`await bot.load_extension("modwatch_cog")`: the cog with its settings from the environment."""

from __future__ import annotations

import os

from discord.ext import commands

from modwatch_client import AsyncClient
from modwatch_cog.cog import ModwatchCog
from modwatch_cog.heartbeats import Bot
from modwatch_cog.readings import Readings


async def setup(bot: Bot) -> None:
    """Reads MODWATCH_URL, MODWATCH_BOT_TOKEN and, if given, MODWATCH_SPOOL, MODWATCH_API_TOKEN.

    The client is closed with the bot. Raises ExtensionError, through discord.py, for what is
    missing: a bot that was to report should not start without.
    """
    missing = [name for name in ("MODWATCH_URL", "MODWATCH_BOT_TOKEN") if not os.environ.get(name)]
    if missing:
        raise commands.ExtensionError(f"set {' and '.join(missing)}", name="modwatch_cog")
    client = AsyncClient(
        os.environ["MODWATCH_URL"],
        os.environ["MODWATCH_BOT_TOKEN"],
        spool=os.environ.get("MODWATCH_SPOOL") or "modwatch-spool.db",
    )
    readings = Readings(os.environ["MODWATCH_URL"], os.environ.get("MODWATCH_API_TOKEN"))
    await bot.add_cog(ModwatchCog(bot, client, readings=readings, own_client=True))
