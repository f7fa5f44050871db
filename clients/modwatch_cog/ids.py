"""Ids of events worked out from Discord's own: whoever sees the same thing makes the same id.

So a second process with the same token, or one started anew, counts nothing twice: to the server
its event is a duplicate.
"""

from __future__ import annotations

from uuid import UUID, uuid5

# Never change it, nor the texts below: what was reported before would count again.
NAMESPACE = UUID("3f0c1a5e-6a43-5d0b-9a52-7c1d5f6be0a4")


def audit_log_id(guild_id: int, entry_id: int) -> UUID:
    """An entry of the audit log has a snowflake of its own."""
    return uuid5(NAMESPACE, f"audit:{guild_id}:{entry_id}")


def automod_id(guild_id: int, rule_id: int, user_id: int, what: str) -> UUID:
    """An offence against an AutoMod rule; `what` is its message, or what stands for one."""
    return uuid5(NAMESPACE, f"automod:{guild_id}:{rule_id}:{user_id}:{what}")


def report_id(guild_id: int, message_id: int, rule: str) -> UUID:
    """What a bot's own code did about a message, by a rule."""
    return uuid5(NAMESPACE, f"report:{guild_id}:{message_id}:{rule}")
