"""From AutoMod's executions to the violation they are about."""

from __future__ import annotations

from datetime import UTC, datetime

import discord

from modwatch_client import ViolationEvent
from modwatch_cog.offences import Offence, Offences, subject_of
from modwatch_cog.response_times import automod_ms
from modwatch_cog.settings import CogSettings, Deed
from modwatch_cog.words import actions_taken, automod_reason, channel_text, rule_text

DEEDS: dict[discord.AutoModRuleActionType, Deed] = {
    discord.AutoModRuleActionType.block_message: "block",
    discord.AutoModRuleActionType.send_alert_message: "alert",
    discord.AutoModRuleActionType.timeout: "timeout",
    discord.AutoModRuleActionType.block_member_interactions: "quarantine",
}


def offence_of(execution: discord.AutoModAction, offences: Offences) -> Offence:
    """The offence this action belongs to, with the action among its deeds."""
    message_id = execution.message_id
    subject = subject_of(
        guild_id=execution.guild_id,
        rule_id=execution.rule_id,
        user_id=execution.user_id,
        message_id=message_id,
        channel_id=execution.channel_id,
        content=execution.content,
    )
    offence = offences.note(
        DEEDS.get(execution.action.type, "alert"),
        # The event itself has no time.
        datetime.now(UTC) if message_id is None else discord.utils.snowflake_time(message_id),
        subject,
        execution.alert_system_message_id,
    )
    if execution.action.duration is not None:
        offence.timeout = execution.action.duration
    times = [ms for ms in (offence.response_ms, automod_ms(execution)) if ms is not None]
    offence.response_ms = min(times, default=None)
    return offence


def violation_of(
    execution: discord.AutoModAction, offence: Offence, rule: str | None, settings: CogSettings
) -> ViolationEvent:
    """All that is known of the offence by now; `rule` is the rule's name, if known."""
    return ViolationEvent(
        id=offence.id,
        guild_id=execution.guild_id,
        timestamp=offence.at,
        user_id=execution.user_id,
        reason=automod_reason(execution.rule_trigger_type, execution.matched_keyword),
        severity=settings.severity_of(offence.worst, execution.rule_id, rule),
        detection_type="automod",
        action_taken=actions_taken(offence.deeds, offence.timeout),
        rule=rule_text(rule, execution.rule_id),
        message_id=execution.message_id,
        channel_id=execution.channel_id,
        channel_name=channel_text(execution.channel),
        response_time_ms=offence.response_ms if settings.response_times else None,
    )
