"""What events say about members and shards; the result does not depend on the order of arrival.

The latest event wins (by its time, then by its id); what can only ever become true, or earlier,
is kept from all of them. Each class is one row, its fields in the order of the table's columns.
"""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID


@dataclass(slots=True)
class WarningState:
    guild_id: int
    user_id: int
    level: int
    kicked_before: bool
    last_violation_ms: int | None
    timestamp_ms: int
    event_id: UUID

    def merge(self, other: WarningState) -> None:
        self.kicked_before = self.kicked_before or other.kicked_before
        self.last_violation_ms = _later(self.last_violation_ms, other.last_violation_ms)
        if (other.timestamp_ms, other.event_id) > (self.timestamp_ms, self.event_id):
            self.level = other.level
            self.timestamp_ms, self.event_id = other.timestamp_ms, other.event_id


@dataclass(slots=True)
class AppealState:
    guild_id: int
    appeal_id: str
    violation_id: UUID
    user_id: int | None
    thread_id: int | None
    status: str
    created_ms: int
    resolved_ms: int | None
    resolved_by: int | None
    timestamp_ms: int
    event_id: UUID
    text: str | None = None

    def merge(self, other: AppealState) -> None:
        self.created_ms = min(self.created_ms, other.created_ms)
        self.user_id = self.user_id or other.user_id
        self.thread_id = self.thread_id or other.thread_id
        self.text = _fuller(self.text, other.text)
        if (other.timestamp_ms, other.event_id) > (self.timestamp_ms, self.event_id):
            self.violation_id, self.status = other.violation_id, other.status
            self.resolved_ms, self.resolved_by = other.resolved_ms, other.resolved_by
            self.timestamp_ms, self.event_id = other.timestamp_ms, other.event_id


@dataclass(slots=True)
class HeartbeatState:
    guild_id: int
    shard_id: int
    timestamp_ms: int
    event_id: UUID
    latency_ms: int | None
    rate_limit: int | None
    rate_limit_remaining: int | None
    rate_limit_reset_after_ms: int | None
    previous_ms: int | None = None

    def merge(self, other: HeartbeatState) -> None:
        self.previous_ms = _last_but_one(self, other)
        if (other.timestamp_ms, other.event_id) > (self.timestamp_ms, self.event_id):
            self.timestamp_ms, self.event_id = other.timestamp_ms, other.event_id
            self.latency_ms, self.rate_limit = other.latency_ms, other.rate_limit
            self.rate_limit_remaining = other.rate_limit_remaining
            self.rate_limit_reset_after_ms = other.rate_limit_reset_after_ms


def _last_but_one(one: HeartbeatState, other: HeartbeatState) -> int | None:
    times = {one.timestamp_ms, one.previous_ms, other.timestamp_ms, other.previous_ms} - {None}
    return sorted(time for time in times if time is not None)[-2] if len(times) > 1 else None


def _fuller(one: str | None, other: str | None) -> str | None:
    """Of two wordings the longer one, in whatever order they come."""
    return max((one, other), key=lambda text: (text is not None, len(text or ""), text or ""))


def _later(one: int | None, other: int | None) -> int | None:
    if one is None or other is None:
        return one if other is None else other
    return max(one, other)
