"""A small bot that reports to Modwatch: everything the cog does, and one command of its own.

    pip install ./clients/modwatch_client ./clients/modwatch_cog
    export DISCORD_TOKEN=...                        # of your bot, from Discord's developer portal
    export MODWATCH_URL=http://127.0.0.1:8000
    export MODWATCH_BOT_TOKEN=mwb_...               # flask --app wsgi tokens create --kind bot
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

from modwatch_client import AsyncClient, ModwatchError, ViolationEvent, WarningEvent, clean
from modwatch_cog import CogSettings, ModwatchCog, RateLimitWatch

NEEDED = ("DISCORD_TOKEN", "MODWATCH_URL", "MODWATCH_BOT_TOKEN")
HIGHEST_LEVEL = 5


class ExampleBot(commands.Bot):
    """`modwatch` is closed by whoever made it."""

    def __init__(self, modwatch: AsyncClient) -> None:
        intents = discord.Intents.default()
        intents.members = True
        self._watch = RateLimitWatch()
        super().__init__(commands.when_mentioned, intents=intents, http_trace=self._watch.trace())
        self.modwatch = modwatch

    async def setup_hook(self) -> None:
        settings = CogSettings(own_actions=False)  # see Warnings: it says more than the audit log
        await self.add_cog(ModwatchCog(self, self.modwatch, settings, rate_limits=self._watch))
        await self.add_cog(Warnings(self.modwatch))


class Warnings(commands.Cog):
    """`@bot warn @member reason`: a bot's own violation, and the member's new standing."""

    def __init__(self, modwatch: AsyncClient) -> None:
        self._modwatch = modwatch
        self._levels: dict[tuple[int, int], int] = {}  # a real bot keeps these in its database

    @commands.command()
    @commands.guild_only()
    @commands.has_permissions(moderate_members=True)
    async def warn(
        self, context: commands.Context[ExampleBot], member: discord.Member, *, reason: str
    ) -> None:
        """Warn a member."""
        assert context.guild is not None  # guild_only
        await self.record(context.guild.id, member.id, context.author.id, reason)
        await context.send(f"{member.mention}: {discord.utils.escape_mentions(reason)[:1800]}")

    async def record(self, guild_id: int, user_id: int, moderator_id: int, reason: str) -> None:
        """Both events are on disk when this returns, and will be counted once."""
        level = min(self._levels.get((guild_id, user_id), 0) + 1, HIGHEST_LEVEL)
        self._levels[guild_id, user_id] = level
        await self._modwatch.send(
            ViolationEvent(
                guild_id=guild_id,
                user_id=user_id,
                moderator_id=moderator_id,
                reason=clean(reason, 1000) or "No reason given",
                severity="low",
                detection_type="manual",
                action_taken="Warning issued",
            ),
            WarningEvent(guild_id=guild_id, user_id=user_id, level=level),
        )


async def run(environment: Mapping[str, str]) -> None:
    async with (
        AsyncClient(
            environment["MODWATCH_URL"],
            environment["MODWATCH_BOT_TOKEN"],
            spool=environment.get("MODWATCH_SPOOL") or "modwatch-spool.db",
            on_rejected=lambda letter: print(f"refused: {letter.errors}", file=sys.stderr),
        ) as modwatch,
        ExampleBot(modwatch) as bot,
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
