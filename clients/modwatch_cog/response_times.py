"""How long it took until somebody acted, in ms.

Between two moments of Discord's clock where it tells both; else until now by this host's, so that
has to be right (NTP). What comes out below zero or above an hour says nothing, and is left out.
"""

from __future__ import annotations

from collections import OrderedDict
from datetime import UTC, datetime

import discord

LONGEST_MS = 3_600_000
MOST_MEMBERS = 50_000


def between_ms(sent: datetime, acted: datetime | None = None) -> int | None:
    """`acted` None: now."""
    passed = (acted or datetime.now(UTC)) - sent
    ms = round(passed.total_seconds() * 1000)
    return ms if 0 <= ms <= LONGEST_MS else None


def automod_ms(execution: discord.AutoModAction) -> int | None:
    """0 for a message that was blocked: it never appeared. None where nobody wrote anything."""
    if execution.message_id is None:
        blocked = discord.AutoModRuleActionType.block_message
        return 0 if execution.action.type is blocked else None
    alert_id = execution.alert_system_message_id
    acted = None if alert_id is None else discord.utils.snowflake_time(alert_id)
    return between_ms(discord.utils.snowflake_time(execution.message_id), acted)


class LastMessages:
    """When each member wrote last, as a moderator's deed has no message: ids only, no words."""

    def __init__(self) -> None:
        self._ids: OrderedDict[tuple[int, int], int] = OrderedDict()

    def note(self, guild_id: int, message: discord.Message) -> None:
        key = guild_id, message.author.id
        self._ids[key] = message.id
        self._ids.move_to_end(key)
        if len(self._ids) > MOST_MEMBERS:
            self._ids.popitem(last=False)

    def answered_ms(self, guild_id: int, user_id: int, acted: datetime) -> int | None:
        """From the member's last message until then; None for one that is not known."""
        known = self._ids.get((guild_id, user_id))
        return None if known is None else between_ms(discord.utils.snowflake_time(known), acted)
