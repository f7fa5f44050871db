"""The figures of a time, counted one by one from the raw rows."""

from __future__ import annotations

from collections import Counter
from typing import Any

from adapters.database import Database
from domain.report_schedules import Window
from domain.rollup_deltas import COUNTS
from tests.services import stored

ACTIONS = {"warning": "warnings", "timeout": "timeouts", "kick": "kicks", "ban": "bans"}


def raw(database: Database, name: str, guild_id: int, start_ms: int, end_ms: int) -> list[Any]:
    columns = [column.name for column in stored.table(name).columns]
    rows = [dict(zip(columns, row, strict=True)) for row in stored.rows(database, name, [guild_id])]
    return [row for row in rows if start_ms <= row["timestamp_ms"] < end_ms]


def counts(database: Database, guild_id: int, start_ms: int, end_ms: int) -> dict[str, int]:
    """By the names of COUNTS."""
    found: Counter[str] = Counter(dict.fromkeys(COUNTS, 0))
    for row in raw(database, "violations", guild_id, start_ms, end_ms):
        found.update(["violations", row["severity"], row["detection_type"]])
        found.update([ACTIONS[row["action"]]] if row["action"] in ACTIONS else [])
        if row["response_time_ms"] is not None:
            found["response_time_ms_sum"] += row["response_time_ms"]
            found["response_time_count"] += 1
    for row in raw(database, "message_counts", guild_id, start_ms, end_ms):
        for name in ("messages", "response_time_ms_sum", "response_time_count"):
            found[name] += row[name]
    for row in raw(database, "violation_counts", guild_id, start_ms, end_ms):
        for name in ("violations", "high", "medium", "low", "regex", "ai"):
            found[name] += row[name]
    return dict(found)


def ranked(database: Database, guild_id: int, window: Window, column: str) -> list[tuple[int, int]]:
    """(key, violations) of the leading five."""
    rows = raw(database, "violations", guild_id, window.start_ms, window.end_ms)
    hits = Counter(row[column] for row in rows)
    last = {key: max(row["timestamp_ms"] for row in rows if row[column] == key) for key in hits}
    order = sorted(hits, key=lambda key: (-hits[key], -last[key], key))
    return [(key, hits[key]) for key in order[:5]]


def response_times(database: Database, guild_id: int, window: Window, manual: bool) -> list[int]:
    """Sorted, of moderators or of the bot."""
    rows = raw(database, "violations", guild_id, window.start_ms, window.end_ms)
    return sorted(
        row["response_time_ms"]
        for row in rows
        if row["response_time_ms"] is not None and (row["detection_type"] == "manual") is manual
    )
