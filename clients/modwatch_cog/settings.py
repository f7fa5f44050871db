"""What an owner of a bot may want otherwise."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from modwatch_client import DetectionType, Severity

# What was done to the member, weakest first: an offence that had several gets the last's severity.
Deed = Literal["alert", "block", "quarantine", "timeout", "kick", "ban", "lifted"]
SEVERITIES: Mapping[Deed, Severity] = {
    "alert": "low",
    "block": "low",
    "quarantine": "medium",
    "timeout": "medium",
    "kick": "high",
    "ban": "high",
    "lifted": "low",
}


@dataclass(frozen=True, kw_only=True)
class CogSettings:
    """`severity` overrides single deeds; `rule_severity` goes over it, by AutoMod rule id or name.

    `own_actions`: report what this bot does to members, as read in the audit log. Switch it off
    where the bot sends those violations itself, or they count twice.
    `bot_detection_type`: what to call the deeds of bots; people's are `manual`.
    `lifted`: report unbans and timeouts taken back as violations (action `other`). Off, since they
    are no breach and would raise the violation rate.
    `lift_on_appeal`: undo a ban or timeout when its appeal is approved on the dashboard.
    `offer_appeals`: tell a member in private of a timeout, kick or ban, with a button to appeal.
    Off, since your bot may tell them already.
    `decision_seconds`: how often Modwatch is asked for decisions while its WebSocket, which tells
    of them at once, cannot be had; 0: decisions are left alone.
    `settle_seconds`: how long an AutoMod offence is held back, for Discord tells of each of its
    actions (blocked, alert, timeout) alone; they become one violation.
    `response_times`: measure how long it took from a message until it was seen, or acted on. The
    clock of the bot's host must be right (NTP).
    `slash_commands`: `/modwatch` for moderators; your bot syncs its tree, as for any command.
    `send_users`: report names and avatars of members who were acted on.
    `heartbeat_seconds`: Modwatch calls a bot offline after 300 without anything from it.
    """

    severity: Mapping[Deed, Severity] = field(default_factory=dict)
    rule_severity: Mapping[int | str, Severity] = field(default_factory=dict)
    own_actions: bool = True
    bot_detection_type: DetectionType = "automod"
    lifted: bool = False
    send_users: bool = True
    heartbeat_seconds: float = 60.0
    settle_seconds: float = 3.0
    lift_on_appeal: bool = True
    offer_appeals: bool = False
    decision_seconds: float = 10.0
    response_times: bool = True
    slash_commands: bool = True

    def severity_of(self, deed: Deed, *rule: int | str | None) -> Severity:
        for name in rule:
            if name is not None and name in self.rule_severity:
                return self.rule_severity[name]
        return self.severity.get(deed, SEVERITIES[deed])
