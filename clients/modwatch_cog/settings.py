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
    `settle_seconds`: how long an AutoMod offence is held back, for Discord tells of each of its
    actions (blocked, alert, timeout) alone; they become one violation.
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

    def severity_of(self, deed: Deed, *rule: int | str | None) -> Severity:
        for name in rule:
            if name is not None and name in self.rule_severity:
                return self.rule_severity[name]
        return self.severity.get(deed, SEVERITIES[deed])
