"""From events to the rows they become."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache

from domain.actions import normalise_action
from domain.clock import rfc3339
from domain.guild_state import GuildState
from domain.member_state import AppealState, HeartbeatState, WarningState
from domain.rollup_deltas import MessagesRow, ViolationRow
from models.event_store import UserRow
from models.rule_rollup import rule_hash
from models.violation_text import text_hash
from schemas.event import (
    AppealEvent,
    Event,
    GuildEvent,
    HeartbeatEvent,
    MessagesEvent,
    UserEvent,
    ViolationEvent,
    WarningEvent,
)

_rule_hash = lru_cache(maxsize=10_000)(rule_hash)
_text_hash = lru_cache(maxsize=10_000)(text_hash)
_normalise_action = lru_cache(maxsize=10_000)(normalise_action)


@dataclass(slots=True)
class EventRows:
    """New events, sorted by what is to be done with them."""

    violations: list[ViolationRow] = field(default_factory=list)
    messages: list[MessagesRow] = field(default_factory=list)
    warnings: list[WarningState] = field(default_factory=list)
    appeals: list[AppealState] = field(default_factory=list)
    heartbeats: list[HeartbeatState] = field(default_factory=list)
    users: list[UserRow] = field(default_factory=list)


def rows_of(events: list[Event], guilds: dict[int, GuildState]) -> EventRows:
    """The rows of `events`; what they teach about their guild goes into `guilds`."""
    batch = EventRows()
    for event in events:
        state = guilds[event.guild_id]
        state.seen_at(event.timestamp)
        match event:
            case ViolationEvent():
                batch.violations.append(_violation_row(event))
            case MessagesEvent():
                batch.messages.append(_messages_row(event))
            case HeartbeatEvent():
                batch.heartbeats.append(_heartbeat(event))
            case WarningEvent():
                batch.warnings.append(_warning(event))
            case AppealEvent():
                batch.appeals.append(_appeal(event))
            case UserEvent():
                batch.users.append(_user_row(event))
            case GuildEvent():
                for name in ("name", "icon", "owner_id", "member_count"):
                    state.learn(name, getattr(event, name), event.timestamp)
    return batch


def live_violation(row: ViolationRow) -> dict[str, object]:
    timestamp = rfc3339(row.timestamp_ms)
    data = {
        "id": str(row.id),
        "user_id": str(row.user_id),
        "reason": row.reason,
        "rule": row.rule,
        "severity": row.severity,
        "detection_type": row.detection_type,
        "action": row.action,
        "action_taken": row.action_taken,
        "timestamp": timestamp,
    }
    return {"type": "violation", "timestamp": timestamp, "data": data}


def _violation_row(event: ViolationEvent) -> ViolationRow:
    rule = event.rule or None
    return ViolationRow(
        event.guild_id,
        event.id,
        event.timestamp,
        event.user_id,
        rule,
        _rule_hash(rule or event.reason),
        event.reason,
        event.severity,
        event.detection_type,
        _normalise_action(event.action_taken).value,
        event.action_taken,
        event.message_id,
        event.channel_id,
        event.moderator_id,
        event.response_time_ms,
        event.content_hash,
        _text_hash(event.guild_id, rule, event.reason),
    )


def _messages_row(event: MessagesEvent) -> MessagesRow:
    # A sum without its count (or the other way round) would bend the mean: both or neither.
    total, count = event.response_time_ms_sum or 0, event.response_time_count or 0
    if not count or event.response_time_ms_sum is None:
        total = count = 0
    return MessagesRow(event.guild_id, event.id, event.timestamp, event.count, total, count)


def _heartbeat(event: HeartbeatEvent) -> HeartbeatState:
    limit = event.rate_limit
    return HeartbeatState(
        event.guild_id,
        event.shard_id or 0,
        event.timestamp,
        event.id,
        event.latency_ms,
        limit.limit if limit else None,
        limit.remaining if limit else None,
        limit.reset_after_ms if limit else None,
    )


def _warning(event: WarningEvent) -> WarningState:
    kicked_before = bool(event.kicked_before)
    return WarningState(
        event.guild_id, event.user_id, event.level, kicked_before, None, event.timestamp, event.id
    )


def _appeal(event: AppealEvent) -> AppealState:
    resolved_ms = None if event.status == "pending" else event.timestamp
    return AppealState(
        event.guild_id,
        event.appeal_id,
        event.violation_id,
        None,
        None,
        event.status,
        event.timestamp,
        resolved_ms,
        event.resolved_by,
        event.timestamp,
        event.id,
    )


def _user_row(event: UserEvent) -> UserRow:
    discriminator, avatar = event.discriminator or None, event.avatar or None
    return event.user_id, event.username, discriminator, avatar, event.timestamp
