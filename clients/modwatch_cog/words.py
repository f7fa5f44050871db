"""Discord's facts in the words moderators read; "timeout", "kick" and "ban" are what Modwatch
reads an action by, so they stand in no other's text."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import timedelta
from unicodedata import bidirectional

import discord
from discord.utils import escape_mentions

from modwatch_client import clean
from modwatch_cog.offences import ORDER
from modwatch_cog.settings import Deed

# Of Markdown, mentions, times and addresses.
_EFFECTS = re.compile(r"[\\`*_~|<>\[\]()#:-]")
# That turn the writing around, also of what follows.
_MARKS = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_RIGHT_TO_LEFT = frozenset(("R", "AL", "AN"))
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
# What Discord offers a moderator for a timeout.
OFFERED = tuple(timedelta(seconds=seconds) for seconds in (60, 300, 600, 3_600, 86_400, 604_800))
OFF_BY = timedelta(seconds=30)  # at most a tenth of what is offered
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


def as_set(measured: timedelta) -> timedelta:
    """What somebody chose, from how long it is between two clocks that do not agree.

    Whole minutes, but for a bot's timeout of less than one.
    """
    for offered in OFFERED:
        if abs(measured - offered) <= min(OFF_BY, offered / 10):
            return offered
    seconds = measured.total_seconds()
    return timedelta(seconds=round(seconds) if seconds < 60 else 60 * round(seconds / 60))


def channel_text(channel: object) -> str | None:
    """Its name, if the bot knows it; a private one has none."""
    return clean(str(getattr(channel, "name", None) or ""), 100) or None


def rule_text(name: str | None, rule_id: int) -> str:
    return clean(name, 100) if name else f"AutoMod rule {rule_id}"


def isolated(text: str) -> str:
    """Somebody else's words, which turn nothing of what stands around them.

    Source: Unicode Standard Annex 9, "Explicit Directional Isolates".
    """
    kept = _MARKS.sub("", text)
    if _RIGHT_TO_LEFT.isdisjoint(map(bidirectional, kept)):
        return kept
    return f"\u2068{kept}\u2069"


def without_effects(text: str) -> str:
    """Somebody else's words, shown as they are. discord.py's `escape_markdown` leaves links as they
    are, and what stands between two of them."""
    return escape_mentions(_EFFECTS.sub(r"\\\g<0>", text))
