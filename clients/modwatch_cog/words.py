"""Discord's facts in the words moderators read; "timeout", "kick" and "ban" are what Modwatch
reads an action by, so they stand in no other's text."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

import discord

from modwatch_client import clean
from modwatch_cog.offences import ORDER
from modwatch_cog.settings import Deed

TRIGGERS = {
    discord.AutoModRuleTriggerType.keyword: "Blocked word",
    discord.AutoModRuleTriggerType.harmful_link: "Harmful link",
    discord.AutoModRuleTriggerType.spam: "Suspected spam",
    discord.AutoModRuleTriggerType.keyword_preset: "Commonly flagged word",
    discord.AutoModRuleTriggerType.mention_spam: "Too many mentions",
    discord.AutoModRuleTriggerType.member_profile: "Blocked word in the profile",
}
DEEDS: dict[Deed, str] = {
    "alert": "Alert sent",
    "block": "Message blocked",
    "quarantine": "Interactions blocked",
    "kick": "Kicked from server",
    "ban": "Banned from server",
}
NO_REASON = "No reason given"
UNITS = ((86_400, "day"), (3_600, "hour"), (60, "minute"), (1, "second"))


def automod_reason(trigger: discord.AutoModRuleTriggerType, keyword: str | None) -> str:
    """The rule's own word, never what the member wrote."""
    words = TRIGGERS.get(trigger, "AutoMod")
    return clean(f"{words}: {keyword}" if keyword else words, 1000)


def actions_taken(deeds: Iterable[Deed], timeout: timedelta | None) -> str:
    said = [
        timeout_words(timeout) if deed == "timeout" else DEEDS[deed]
        for deed in sorted(deeds, key=ORDER.index)
    ]
    return ", ".join(said)


def timeout_words(duration: timedelta | None) -> str:
    """As in "10-minute timeout"."""
    seconds = 0 if duration is None else round(duration.total_seconds())
    for size, unit in UNITS:
        if seconds >= size and seconds % size == 0:
            return f"{seconds // size}-{unit} timeout"
    return "Timeout"


def rule_text(name: str | None, rule_id: int) -> str:
    return clean(name, 100) if name else f"AutoMod rule {rule_id}"
