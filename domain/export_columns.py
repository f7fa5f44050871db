"""The views that can be exported, and the columns each of them has."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class ExportType(StrEnum):
    VIOLATIONS = "violations"
    METRICS = "metrics"
    HEALTH_METRICS = "health_metrics"
    TOP_OFFENDERS = "top_offenders"
    RULE_EFFECTIVENESS = "rule_effectiveness"
    TEMPORAL_ANALYTICS = "temporal_analytics"
    WARNINGS = "warnings"
    AUDIT_LOG = "audit_log"


class Kind(StrEnum):
    """What a cell holds, and as what a row carries it."""

    ID = "id"  # str: digits, or a UUID
    TEXT = "text"  # str
    TIME = "time"  # int: epoch milliseconds
    INTEGER = "integer"  # int
    NUMBER = "number"  # float
    FLAG = "flag"  # bool
    IDS = "ids"  # list of str
    DOCUMENT = "document"  # str: JSON, or any text of an earlier bot


@dataclass(frozen=True, slots=True)
class Column:
    name: str
    kind: Kind


def _columns(**kinds: Kind) -> tuple[Column, ...]:
    return tuple(Column(name, kind) for name, kind in kinds.items())


_COUNTS = (
    *("messages", "violations", "high", "medium", "low", "regex", "ai", "automod", "manual"),
    *("raid", "warnings", "timeouts", "kicks", "bans"),
)
COLUMNS: Mapping[ExportType, tuple[Column, ...]] = {
    ExportType.VIOLATIONS: _columns(
        id=Kind.ID,
        timestamp=Kind.TIME,
        user_id=Kind.ID,
        username=Kind.TEXT,
        rule=Kind.TEXT,
        reason=Kind.TEXT,
        severity=Kind.TEXT,
        detection_type=Kind.TEXT,
        action=Kind.TEXT,
        action_taken=Kind.TEXT,
        moderator_id=Kind.ID,
        moderator_username=Kind.TEXT,
        channel_id=Kind.ID,
        channel_name=Kind.TEXT,
        message_id=Kind.ID,
        response_time_ms=Kind.INTEGER,
        appeal=Kind.TEXT,
    ),
    ExportType.METRICS: _columns(
        timestamp=Kind.TIME,
        **dict.fromkeys(_COUNTS, Kind.INTEGER),
        avg_response_time_ms=Kind.NUMBER,
    ),
    ExportType.HEALTH_METRICS: _columns(
        period=Kind.TEXT,
        since=Kind.TIME,
        until=Kind.TIME,
        health_score=Kind.INTEGER,
        violation_rate=Kind.NUMBER,
        warnings_pct=Kind.NUMBER,
        timeouts_pct=Kind.NUMBER,
        kicks_pct=Kind.NUMBER,
        bans_pct=Kind.NUMBER,
        messages_change_pct=Kind.NUMBER,
        violations_change_pct=Kind.NUMBER,
        health_change=Kind.INTEGER,
        comparable=Kind.FLAG,
        penalty_violation_rate=Kind.NUMBER,
        penalty_response_time=Kind.NUMBER,
        penalty_escalation=Kind.NUMBER,
        limited_data=Kind.FLAG,
        warning=Kind.FLAG,
    ),
    ExportType.TOP_OFFENDERS: _columns(
        user_id=Kind.ID,
        username=Kind.TEXT,
        violation_count=Kind.INTEGER,
        warning_level=Kind.INTEGER,
        last_violation=Kind.TIME,
    ),
    ExportType.RULE_EFFECTIVENESS: _columns(
        rule_name=Kind.TEXT,
        violation_count=Kind.INTEGER,
        high=Kind.INTEGER,
        medium=Kind.INTEGER,
        low=Kind.INTEGER,
        overturned_count=Kind.INTEGER,
        precision=Kind.NUMBER,
        small_sample=Kind.FLAG,
        dead=Kind.FLAG,
        last_hit=Kind.TIME,
    ),
    ExportType.TEMPORAL_ANALYTICS: _columns(
        record=Kind.TEXT,  # hour_of_week or major_event
        day_of_week=Kind.INTEGER,
        hour=Kind.INTEGER,
        violation_count=Kind.INTEGER,
        peak=Kind.FLAG,
        timestamp=Kind.TIME,
        ended_at=Kind.TIME,
        description=Kind.TEXT,
        user_ids=Kind.IDS,
    ),
    ExportType.WARNINGS: _columns(
        user_id=Kind.ID,
        username=Kind.TEXT,
        level=Kind.INTEGER,
        kicked_before=Kind.FLAG,
        last_violation=Kind.TIME,
    ),
    ExportType.AUDIT_LOG: _columns(
        id=Kind.ID,
        timestamp=Kind.TIME,
        user_id=Kind.ID,
        username=Kind.TEXT,
        action=Kind.TEXT,
        details=Kind.DOCUMENT,
    ),
}
