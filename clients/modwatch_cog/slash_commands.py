"""`/modwatch now`, `member`, `incident` and `warn`, for moderators; nobody else sees an answer."""

from __future__ import annotations

import asyncio
import io
import logging
from typing import Literal

import discord
from discord import app_commands

from modwatch_client import ModwatchError
from modwatch_cog.answer_words import incident_words, member_words, now_words
from modwatch_cog.readings import Picture, ReadingError, Readings
from modwatch_cog.reports import Reports

LONGEST_ANSWER = 4_000  # of an embed's 4,096
FAILED = "That did not work. The log of the bot says why."
_log = logging.getLogger("modwatch.cog")
Interaction = discord.Interaction
Period = Literal["hour", "day", "week", "month"]


class ModwatchCommands(app_commands.Group):
    """Whoever may time out members may use them, unless the server's owner says otherwise."""

    def __init__(self, readings: Readings, reports: Reports) -> None:
        super().__init__(
            name="modwatch",
            description="What Modwatch knows of this server",
            guild_only=True,
            default_permissions=discord.Permissions(moderate_members=True),
        )
        self._readings, self._reports = readings, reports

    @app_commands.command(description="Health, violations and what goes on")
    @app_commands.describe(period="how far back; a day if you do not say")
    async def now(self, interaction: Interaction, period: Period = "day") -> None:
        guild_id = await _begin(interaction)
        read = self._readings
        metrics, health, incidents = await asyncio.gather(
            read.json(guild_id, "metrics", period=period),
            read.json(guild_id, "health", period=period),
            read.json(guild_id, "incidents", state="going_on", limit="3"),
        )
        words = now_words(period, metrics, health, incidents["incidents"])
        await self._answer(interaction, "Now", words, "chart.png", period=period)

    @app_commands.command(description="A member's warnings and last violations")
    async def member(self, interaction: Interaction, member: discord.User) -> None:
        guild_id = await _begin(interaction)
        detail, listed = await asyncio.gather(
            self._readings.json(guild_id, f"warnings/{member.id}"),
            self._readings.json(guild_id, "violations", user_id=str(member.id), limit="1"),
        )
        title = discord.utils.escape_markdown(member.name)
        await _say(interaction, title, member_words(detail, listed["total"]))

    @app_commands.command(description="The latest incident: who took part, what was done")
    async def incident(self, interaction: Interaction) -> None:
        guild_id = await _begin(interaction)
        latest = (await self._readings.json(guild_id, "incidents", limit="1"))["incidents"]
        if not latest:
            return await _say(interaction, "Incident", "There was no incident so far.")
        path = f"incidents/{latest[0]['id']}"
        words = incident_words(await self._readings.json(guild_id, path))
        return await self._answer(interaction, "Incident", words, f"{path}/chart.png")

    @app_commands.command(description="Warn a member, one level above what Modwatch knows")
    async def warn(
        self,
        interaction: Interaction,
        member: discord.Member,
        reason: app_commands.Range[str, 1, 1000],
    ) -> None:
        guild_id = await _begin(interaction)
        level = await self._reports.warn(
            guild_id, member.id, reason, moderator_id=interaction.user.id
        )
        words = (
            "The warning is kept, but Modwatch is away: the warning level stays as it is."
            if level is None
            else f"Warned: level {level} of 5."
        )
        await _say(interaction, discord.utils.escape_markdown(member.name), words)

    async def on_error(self, interaction: Interaction, error: app_commands.AppCommandError) -> None:
        """Words for the moderator where they are known; else the log has them."""
        cause = getattr(error, "original", error)
        known = isinstance(cause, ModwatchError)
        if not known:
            _log.error("a slash command failed", exc_info=cause)
        await _say(interaction, None, str(cause) if known else FAILED)

    async def _answer(
        self, interaction: Interaction, title: str, words: str, path: str, **query: str
    ) -> None:
        """With the picture, or without where there is none: the words say the same."""
        picture: Picture | None = None
        try:
            picture = await self._readings.picture(_guild_id(interaction), path, **query)
        except ReadingError as error:
            words = f"{words}\n-# No picture: {error}"
        await _say(interaction, title, words, picture)


async def _begin(interaction: Interaction) -> int:
    """Take the time that Discord gives (3 s otherwise); the guild's id."""
    await interaction.response.defer(ephemeral=True, thinking=True)
    return _guild_id(interaction)


def _guild_id(interaction: Interaction) -> int:
    assert interaction.guild_id is not None  # guild_only
    return interaction.guild_id


async def _say(
    interaction: Interaction, title: str | None, words: str, picture: Picture | None = None
) -> None:
    embed = discord.Embed(title=title, description=words[:LONGEST_ANSWER], colour=0x1F6F9C)
    files = []
    if picture is not None:
        embed.set_image(url="attachment://chart.png")
        file = io.BytesIO(picture.png)
        files = [discord.File(file, "chart.png", description=picture.words[:1_000])]
    nobody = discord.AllowedMentions.none()
    if not interaction.response.is_done():
        await interaction.response.send_message(embed=embed, ephemeral=True)
        return
    await interaction.followup.send(
        embed=embed, files=files, ephemeral=True, allowed_mentions=nobody
    )
