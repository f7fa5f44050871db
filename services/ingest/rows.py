"""From events to the rows they become."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache

from adapters.process.turns import in_turns
from domain.actions import normalise_action
from domain.clock import rfc3339
from domain.guild_state import GuildState
from domain.member_state import AppealState, HeartbeatState, WarningState
from domain.rollup_deltas import MessagesRow, ViolationRow
from models.guilds.channel_names import ChannelNameRow
from models.rollups.rules import rule_hash
from models.rollups.texts import text_hash
from models.users.guild_names import GuildUserRow
from models.users.said import UserRow
from schemas.events.structs import (
    AppealEvent,
    Event,
    GuildEvent,
    HeartbeatEvent,
    LocalUserEvent,
    MessagesEvent,
    UserEvent,
    ViolationEvent,
    WarningEvent,
)

_rule_hash = lru_cache(maxsize=10_000)(rule_hash)
_text_hash = lru_cache(maxsize=10_000)(text_hash)
_normalise_action = lru_cache(maxsize=10_000)(normalise_action)

VIOLATION_BYTES, OTHER_BYTES = 1_000, 150


@dataclass(slots=True)
class EventRows:
    """New events, sorted by what is to be done with them."""

    violations: list[ViolationRow] = field(default_factory=list)
    messages: list[MessagesRow] = field(default_factory=list)
    warnings: list[WarningState] = field(default_factory=list)
    appeals: list[AppealState] = field(default_factory=list)
    heartbeats: list[HeartbeatState] = field(default_factory=list)
    users: list[UserRow] = field(default_factory=list)
    guild_users: list[GuildUserRow] = field(default_factory=list)
    channels: list[ChannelNameRow] = field(default_factory=list)


def rows_of(events: list[Event], guilds: dict[int, GuildState], now_ms: int) -> EventRows:
    """The rows of `events`; what they teach about their guild goes into `guilds`.

    Names are said at `now_ms` at the latest: what is of the future would outlast its correction.
    """
    batch = EventRows()
    for event in in_turns(events):
        state = guilds[event.guild_id]
        state.seen_at(event.timestamp)
        match event:
            case ViolationEvent():
                batch.violations.append(_violation_row(event))
                if event.channel_id is not None and event.channel_name is not None:
                    batch.channels.append(_channel_row(event, event.channel_id, now_ms))
            case MessagesEvent():
                batch.messages.append(_messages_row(event))
            case HeartbeatEvent():
                batch.heartbeats.append(_heartbeat(event))
            case WarningEvent():
                batch.warnings.append(_warning(event))
            case AppealEvent():
                batch.appeals.append(_appeal(event))
            case LocalUserEvent():
                batch.guild_users.append((event.guild_id, _user_row(event, now_ms)))
            case UserEvent():
                batch.users.append(_user_row(event, now_ms))
            case GuildEvent():
                for name in ("name", "icon", "owner_id", "member_count"):
                    state.learn(name, getattr(event, name), min(event.timestamp, now_ms))
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
        guild_id=event.guild_id,
        id=event.id,
        timestamp_ms=event.timestamp,
        user_id=event.user_id,
        rule=rule,
        rule_hash=_rule_hash(rule or event.reason),
        reason=event.reason,
        severity=event.severity,
        detection_type=event.detection_type,
        action=_normalise_action(event.action_taken).value,
        action_taken=event.action_taken,
        message_id=event.message_id,
        channel_id=event.channel_id,
        moderator_id=event.moderator_id,
        response_time_ms=event.response_time_ms,
        content_hash=event.content_hash,
        text_hash=_text_hash(event.guild_id, rule, event.reason),
    )


def _channel_row(event: ViolationEvent, channel_id: int, now_ms: int) -> ChannelNameRow:
    said_ms = min(event.timestamp, now_ms)
    return ChannelNameRow(event.guild_id, channel_id, event.channel_name or "", said_ms)


def _messages_row(event: MessagesEvent) -> MessagesRow:
    # A sum without its count (or the other way round) would bend the mean: both or neither.
    total, count = event.response_time_ms_sum or 0, event.response_time_count or 0
    if not count or event.response_time_ms_sum is None:
        total = count = 0
    return MessagesRow(
        guild_id=event.guild_id,
        id=event.id,
        timestamp_ms=event.timestamp,
        messages=event.count,
        response_time_ms_sum=total,
        response_time_count=count,
    )


def _heartbeat(event: HeartbeatEvent) -> HeartbeatState:
    limit = event.rate_limit
    return HeartbeatState(
        guild_id=event.guild_id,
        shard_id=event.shard_id or 0,
        timestamp_ms=event.timestamp,
        event_id=event.id,
        latency_ms=event.latency_ms,
        rate_limit=limit.limit if limit else None,
        rate_limit_remaining=limit.remaining if limit else None,
        rate_limit_reset_after_ms=limit.reset_after_ms if limit else None,
    )


def _warning(event: WarningEvent) -> WarningState:
    kicked_before = bool(event.kicked_before)
    return WarningState(
        guild_id=event.guild_id,
        user_id=event.user_id,
        level=event.level,
        kicked_before=kicked_before,
        last_violation_ms=None,
        timestamp_ms=event.timestamp,
        event_id=event.id,
    )


def _appeal(event: AppealEvent) -> AppealState:
    resolved_ms = None if event.status == "pending" else event.timestamp
    return AppealState(
        guild_id=event.guild_id,
        appeal_id=event.appeal_id,
        violation_id=event.violation_id,
        user_id=None,
        thread_id=None,
        status=event.status,
        created_ms=event.timestamp,
        resolved_ms=resolved_ms,
        resolved_by=event.resolved_by,
        timestamp_ms=event.timestamp,
        event_id=event.id,
        text=event.text,
    )


def _user_row(event: UserEvent, now_ms: int) -> UserRow:
    discriminator, avatar = event.discriminator or None, event.avatar or None
    said_ms = min(event.timestamp, now_ms)
    return event.user_id, event.username, discriminator, avatar, said_ms


def stored_bytes(event: Event) -> int:
    """About how much an event takes in the tables, its counts included (docs/scaling.md)."""
    if isinstance(event, ViolationEvent):
        return VIOLATION_BYTES + len(event.reason)
    if isinstance(event, AppealEvent):
        return OTHER_BYTES + len(event.text or "")
    return OTHER_BYTES
