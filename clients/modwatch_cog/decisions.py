"""Carrying out what people decided on the dashboard: an approved appeal is undone in Discord."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import discord

from modwatch_client import Change, Outcome
from modwatch_cog.heartbeats import Bot

REASON = "Appeal approved in Modwatch"
NOT_OURS = Outcome("done", "noted; there is nothing to do in Discord")
DENIED = Outcome("done", "denied: nothing was changed in Discord")
READ = Outcome("done", "the bot works by it")
_Undo = Callable[[discord.Guild, int], Awaitable[Outcome]]


async def carry_out(bot: Bot, change: Change, *, lifts: bool) -> Outcome:
    """Do it and say how it went; harmless a second time. `lifts`: whether bans are undone."""
    if change.kind.startswith(("rules.", "config.")):
        return READ
    if change.kind != "appeals.decide":
        return NOT_OURS
    if change.data.get("status") != "approved":
        return DENIED
    return await _undo(bot, change, lifts)


async def _undo(bot: Bot, change: Change, lifts: bool) -> Outcome:
    undo = UNDO.get(str(change.data.get("action")))
    if undo is None or change.user_id is None:
        return Outcome("done", "there is nothing in Discord to take back")
    guild = bot.get_guild(int(change.guild_id))
    if guild is None:
        return Outcome("failed", "the bot is not in this server any more")
    if not lifts:
        return Outcome("failed", "the bot is set not to lift punishments: lift it by hand")
    try:
        return await undo(guild, int(change.user_id))
    except discord.Forbidden as error:
        return Outcome("failed", f"missing permission: {error.text or 'Discord refused'}")
    except discord.HTTPException as error:
        return Outcome("failed", f"Discord answered {error.status}")


async def _unban(guild: discord.Guild, user_id: int) -> Outcome:
    try:
        await guild.unban(discord.Object(user_id), reason=REASON)
    except discord.NotFound:
        return Outcome("done", "was not banned any more")
    return Outcome("done", "unbanned")


async def _end_timeout(guild: discord.Guild, user_id: int) -> Outcome:
    try:
        member = await guild.fetch_member(user_id)  # what is remembered may be old
    except discord.NotFound:
        return Outcome("done", "has left the server")
    if not member.is_timed_out():
        return Outcome("done", "was not timed out any more")
    await member.timeout(None, reason=REASON)
    return Outcome("done", "the timeout was lifted")


async def _say_kicked(guild: discord.Guild, user_id: int) -> Outcome:
    return Outcome("done", "a kick cannot be taken back: invite the member again")


UNDO: dict[str, _Undo] = {"ban": _unban, "timeout": _end_timeout, "kick": _say_kicked}
