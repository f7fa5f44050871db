"""From an entry of the audit log to the violation it tells of."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import discord

from modwatch_client import ViolationEvent, clean
from modwatch_cog.ids import audit_log_id
from modwatch_cog.settings import CogSettings, Deed
from modwatch_cog.words import DEEDS, NO_REASON, as_set, timeout_words

# AutoMod's entries (143 to 146) are left out: on_automod_action tells of the same, and of more.
ACTIONS: dict[discord.AuditLogAction, Deed] = {
    discord.AuditLogAction.kick: "kick",
    discord.AuditLogAction.ban: "ban",
    discord.AuditLogAction.unban: "lifted",
}


def violation_of(
    entry: discord.AuditLogEntry, settings: CogSettings, own_id: int | None
) -> ViolationEvent | None:
    """None for an entry that tells of no violation."""
    found = _deed_of(entry)
    target: Any = entry.target
    if found is None or target is None:
        return None
    deed, words = found
    is_own = own_id is not None and entry.user_id == own_id
    if (deed == "lifted" and not settings.lifted) or (is_own and not settings.own_actions):
        return None
    by_bot = is_own or (entry.user is not None and entry.user.bot)
    return ViolationEvent(
        id=audit_log_id(entry.guild.id, entry.id),
        guild_id=entry.guild.id,
        timestamp=entry.created_at,
        user_id=target.id,
        reason=clean(entry.reason or "", 1000).strip() or NO_REASON,
        severity=settings.severity_of(deed),
        detection_type=settings.bot_detection_type if by_bot else "manual",
        action_taken=words,
        moderator_id=None if by_bot else entry.user_id,
    )


def may_be_automods(entry: discord.AuditLogEntry) -> bool:
    """Whether AutoMod may be behind it: not where somebody else than the member is known to be."""
    target: Any = entry.target
    return entry.user is None or entry.user.bot or entry.user.id == target.id


def timeout_until(entry: discord.AuditLogEntry) -> datetime | None:
    """Until when the member is silent, if this entry is a timeout."""
    if entry.action is not discord.AuditLogAction.member_update:
        return None
    until: datetime | None = getattr(entry.after, "timed_out_until", None)
    return until if until is not None and until > entry.created_at else None


def _deed_of(entry: discord.AuditLogEntry) -> tuple[Deed, str] | None:
    """What was done, and in which words."""
    if deed := ACTIONS.get(entry.action):
        return deed, DEEDS.get(deed, "Removed from the list of those kept out")
    if entry.action is not discord.AuditLogAction.member_update:
        return None
    if (until := timeout_until(entry)) is not None:
        return "timeout", timeout_words(as_set(until - entry.created_at))
    was_silent = getattr(entry.before, "timed_out_until", None) is not None
    is_silent = getattr(entry.after, "timed_out_until", None) is not None
    return ("lifted", "Allowed to speak again") if was_silent and not is_silent else None
