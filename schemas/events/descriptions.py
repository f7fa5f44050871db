"""What each field of an event means, for the OpenAPI document: of all events, then of each."""

from __future__ import annotations

OF_ALL = {
    "type": "which event this is; it says which other fields there are",
    "id": "a UUID that you make when the thing happens; sent again it counts once",
    "guild_id": "the server (guild) in which it happened",
    "timestamp": "when it happened, RFC 3339; at most 30 days back and 5 minutes ahead",
}
BY_EVENT: dict[str, dict[str, str]] = {
    "violation": {
        "user_id": "the member who broke a rule",
        "reason": "why, in words for moderators; the list searches in it",
        "severity": "how bad it was; it weighs in the health score",
        "detection_type": "who or what found it; `manual` is a person, the others are the bot",
        "action_taken": (
            "what was done, in your words. It counts as the first of these that is in it, in small"
            " letters: `warn` (warning), `timeout` or `mute` (timeout), `kick`, `unban` (other),"
            " `ban`; empty or `none` is none; anything else is other, and weighs as nothing"
        ),
        "rule": "the rule that was broken, by its name; effectiveness is counted by it",
        "message_id": "the message, if it was one",
        "channel_id": "the channel in which it was",
        "channel_name": "what that is called now, without the #; shown in this server alone",
        "moderator_id": "the person who acted; leave it out where the bot acted by itself",
        "response_time_ms": "from the breach to the action, milliseconds",
        "content_hash": "a hash of what was written, so that the same text can be told again",
    },
    "messages": {
        "count": "messages since the last event of this type; best one event a server and minute",
        "response_time_ms_sum": "of messages that the bot answered: all response times together",
        "response_time_count": "how many messages `response_time_ms_sum` is of",
    },
    "heartbeat": {
        "latency_ms": "round trip to Discord's gateway, milliseconds",
        "shard_id": "the shard, 0 without sharding",
        "rate_limit": "how much of Discord's rate limit is left",
    },
    "rate_limit": {
        "limit": "requests that the window allows",
        "remaining": "requests left in it",
        "reset_after_ms": "until a new window begins, milliseconds",
    },
    "warning": {
        "user_id": "the member who was warned",
        "level": "the level they have now, 0 (none) to 5; not by how much it changed",
        "kicked_before": "whether they were ever kicked; once true it stays so",
    },
    "appeal": {
        "appeal_id": "your name for the appeal; the same for its decision",
        "violation_id": "the `id` of the violation's event",
        "status": "`pending` when it is made, then how it was decided",
        "resolved_by": "the person who decided",
        "text": "the member's own words, which moderators read; erased with the member",
    },
    "guild": {
        "name": "what the server is called",
        "icon": "the hash of its icon at Discord",
        "owner_id": "who owns it at Discord",
        "member_count": "how many members it has",
    },
    "user": {
        "user_id": "whom this is about",
        "username": "what they are called; saves asking Discord",
        "avatar": "the hash of their avatar at Discord",
        "discriminator": "four digits of old names, or `0`",
    },
}


def description(event: str, field: str) -> str:
    """In words; KeyError for a field that nobody has described."""
    return BY_EVENT[event].get(field) or OF_ALL[field]
