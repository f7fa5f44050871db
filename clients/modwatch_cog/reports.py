"""What a bot's own code reports through the cog: warnings, and what it did about a message."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import discord

from modwatch_client import (
    AsyncClient,
    DetectionType,
    Severity,
    StandingUnavailable,
    ViolationEvent,
    WarningEvent,
    clean,
)
from modwatch_cog.ids import report_id
from modwatch_cog.response_times import LastMessages, between_ms
from modwatch_cog.settings import CogSettings
from modwatch_cog.words import NO_REASON, channel_text

HIGHEST_LEVEL = 5
PATIENCE_SECONDS = 5.0  # for what waits in the spool, before the level is asked for


class Reports:
    """Raises ModwatchError where an event could not be kept."""

    def __init__(
        self, client: AsyncClient, settings: CogSettings, last_messages: LastMessages
    ) -> None:
        self._client, self._settings, self._last_messages = client, settings, last_messages
        # Of two warnings at once the second is a level higher.
        self._turn = asyncio.Lock()

    async def acted_on(
        self,
        message: discord.Message,
        *,
        reason: str,
        severity: Severity,
        action_taken: str,
        detection_type: DetectionType = "regex",
        rule: str | None = None,
    ) -> None:
        """Say what your bot has just done about a message; how long that took is measured.

        Once a message and rule. ValueError for a private message.
        """
        if message.guild is None:
            raise ValueError("a violation is of a server, not of a private message")
        timed = self._settings.response_times
        violation = ViolationEvent(
            id=report_id(message.guild.id, message.id, rule or ""),
            guild_id=message.guild.id,
            user_id=message.author.id,
            reason=clean(reason, 1000).strip() or NO_REASON,
            severity=severity,
            detection_type=detection_type,
            action_taken=clean(action_taken, 100),
            rule=None if rule is None else clean(rule, 100),
            message_id=message.id,
            channel_id=message.channel.id,
            channel_name=channel_text(message.channel),
            response_time_ms=between_ms(message.created_at) if timed else None,
        )
        await self._client.send(violation)

    async def warn(
        self,
        guild_id: int,
        user_id: int,
        reason: str,
        *,
        moderator_id: int | None = None,
        severity: Severity = "low",
        rule: str | None = None,
    ) -> int | None:
        """Send a warning, by the bot itself without `moderator_id`; the member's new level.

        None while Modwatch is away: the level is not known then and stays; the warning is kept.
        """
        now = datetime.now(UTC)
        took_ms = self._last_messages.answered_ms(guild_id, user_id, now)
        by_bot = moderator_id is None
        violation = ViolationEvent(
            guild_id=guild_id,
            timestamp=now,
            user_id=user_id,
            reason=clean(reason, 1000).strip() or NO_REASON,
            severity=severity,
            detection_type=self._settings.bot_detection_type if by_bot else "manual",
            action_taken="Warning issued",
            rule=None if rule is None else clean(rule, 100),
            moderator_id=moderator_id,
            response_time_ms=took_ms if self._settings.response_times else None,
        )
        async with self._turn:
            await self._client.send(violation)
            return await self._raise_level(guild_id, user_id)

    async def _raise_level(self, guild_id: int, user_id: int) -> int | None:
        """From the server's, which knows what was cleared; earlier warnings have to be there."""
        # What is held back has no level, and may still be told of better.
        if not (await self._client.flush(PATIENCE_SECONDS, held=False)).done:
            return None
        try:
            known = await self._client.standing(guild_id, user_id)
        except StandingUnavailable:
            return None
        level = min(known.level + 1, HIGHEST_LEVEL)
        await self._client.send(WarningEvent(guild_id=guild_id, user_id=user_id, level=level))
        return level
