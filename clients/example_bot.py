"""A small bot that reports to Modwatch: everything the cog does, and one command of its own.

    pip install ./clients/modwatch_client ./clients/modwatch_cog
    export DISCORD_TOKEN=...                        # of your bot, from Discord's developer portal
    export MODWATCH_URL=http://127.0.0.1:8000
    export MODWATCH_BOT_TOKEN=mwb_...               # .venv/bin/modwatch tokens create --kind bot
    export MODWATCH_API_TOKEN=mw_...                # for slash commands: --kind api --role viewer
    python clients/example_bot.py

In the portal, switch on the privileged intents "Server Members" (to tell people from bots in the
audit log). In the server, the bot needs Manage Server (AutoMod) and View Audit Log.
"""

from __future__ import annotations

import asyncio
import logging
import os
import sys
from collections.abc import Mapping

import discord
from discord.ext import commands

from modwatch_client import AsyncClient, ModwatchError
from modwatch_cog import CogSettings, ModwatchCog, RateLimitWatch, Readings

NEEDED = ("DISCORD_TOKEN", "MODWATCH_URL", "MODWATCH_BOT_TOKEN")


class ExampleBot(commands.Bot):
    """`modwatch` is closed by whoever made it; `readings` are for `/modwatch`."""

    def __init__(self, modwatch: AsyncClient, readings: Readings | None = None) -> None:
        intents = discord.Intents.default()
        intents.members = True
        self._watch = RateLimitWatch()
        super().__init__(commands.when_mentioned, intents=intents, http_trace=self._watch.trace())
        self.modwatch, self._readings = modwatch, readings

    async def setup_hook(self) -> None:
        settings = CogSettings(offer_appeals=True)
        cog = ModwatchCog(
            self, self.modwatch, settings, rate_limits=self._watch, readings=self._readings
        )
        await self.add_cog(cog)
        await self.add_cog(Warnings())
        await self.tree.sync()  # so that Discord offers /modwatch


class Warnings(commands.Cog):
    """`@bot warn @member reason`: a warning, and the member's new standing on the page."""

    @commands.command()
    @commands.guild_only()
    @commands.has_permissions(moderate_members=True)
    async def warn(
        self, context: commands.Context[ExampleBot], member: discord.Member, *, reason: str
    ) -> None:
        """Warn a member."""
        assert context.guild is not None  # guild_only
        cog = context.bot.get_cog("ModwatchCog")
        assert isinstance(cog, ModwatchCog)
        await cog.reports.warn(context.guild.id, member.id, reason, moderator_id=context.author.id)
        await context.send(f"{member.mention}: {discord.utils.escape_mentions(reason)[:1800]}")


async def run(environment: Mapping[str, str]) -> None:
    async with (
        AsyncClient(
            environment["MODWATCH_URL"],
            environment["MODWATCH_BOT_TOKEN"],
            spool=environment.get("MODWATCH_SPOOL") or "modwatch-spool.db",
            on_rejected=lambda letter: print(f"refused: {letter.errors}", file=sys.stderr),
        ) as modwatch,
        ExampleBot(
            modwatch, Readings(environment["MODWATCH_URL"], environment.get("MODWATCH_API_TOKEN"))
        ) as bot,
    ):
        await bot.start(environment["DISCORD_TOKEN"])


def main() -> int:
    missing = [name for name in NEEDED if not os.environ.get(name)]
    if missing:
        print(f"set {', '.join(missing)}; see the top of {__file__}", file=sys.stderr)
        return 2
    logging.basicConfig(level=logging.INFO)
    try:
        asyncio.run(run(os.environ))
    except KeyboardInterrupt:
        return 0
    except (ModwatchError, ValueError, discord.LoginFailure) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
