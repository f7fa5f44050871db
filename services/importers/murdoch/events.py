"""The earlier bot's violations, as the events they would have been."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from adapters.database import Database
from domain.severity import DetectionType, Severity
from schemas.events.structs import (
    Event,
    Snowflake,
    TimestampMs,
    ViolationEvent,
)
from services.importers.murdoch.row import MurdochRow
from services.ingest.store import ingest_events

VIOLATION = "violations"
LONGEST_REASON = 1_000
LONGEST_ACTION = 100
NO_REASON = "(no reason given)"
_SEVERITIES, _DETECTIONS = tuple(Severity), tuple(DetectionType)


def violation_event(row: MurdochRow) -> ViolationEvent:
    guild_id = row.snowflake("guild_id")
    reason = row.text_up_to("reason", LONGEST_REASON)
    if not reason.strip():
        row.note("reason missing")
        reason = NO_REASON
    severity: Any = row.one_of("severity", _SEVERITIES, default="low")
    detection: Any = row.one_of("detection_type", _DETECTIONS, default="regex")
    message_id = row.snowflake_or_none("message_id")
    return ViolationEvent(
        id=row.uuid("id", guild_id, VIOLATION),
        guild_id=Snowflake(guild_id),
        timestamp=TimestampMs(row.time_ms("timestamp")),
        user_id=Snowflake(row.snowflake("user_id")),
        reason=reason,
        severity=severity,
        detection_type=detection,
        action_taken=row.text_up_to("action_taken", LONGEST_ACTION),
        message_id=None if message_id is None else Snowflake(message_id),
    )


def store_events(database: Database, events: Sequence[Event], now_ms: int) -> int:
    return ingest_events(database, events, now_ms, live=False).accepted
