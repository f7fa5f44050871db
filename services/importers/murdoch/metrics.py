"""The earlier bot's hourly counts: its messages, and violations whose rows are gone.

An hour that has violations of its own, row by row, keeps to those; the counts of any other hour
are stored as counts (models/events/tables.py, ViolationCount), so that a recount finds them again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from adapters.database import Database
from domain.rollup_deltas import MessagesRow, ViolationCountRow, rollup_deltas
from domain.windows import HOUR_MS
from models.events import store as event_store
from models.rollups.horizon import history_minutes_from_ms
from models.rollups.store import add_rollups, hours_with_violations
from schemas.events.structs import HIGHEST_RESPONSE_TIME_MS
from services.importers.murdoch.claims import Claim, store_claims
from services.importers.murdoch.row import MurdochRow, derived_uuid


@dataclass(frozen=True, slots=True)
class MetricsHour:
    messages: MessagesRow
    violations: ViolationCountRow

    @property
    def key(self) -> tuple[int, int]:
        return self.messages.guild_id, self.messages.timestamp_ms // HOUR_MS


def metrics_hour(row: MurdochRow) -> Claim[MetricsHour]:
    guild_id = row.snowflake("guild_id")
    epoch_hour = row.time_ms("hour") // HOUR_MS
    # An hour is one event, whatever it says: a later file does not count its messages again.
    id, at_ms = derived_uuid(guild_id, "metrics_hourly", str(epoch_hour)), epoch_hour * HOUR_MS
    messages = row.count("messages_processed")
    counts = _violation_counts(row)
    mean_ms = row.number_within("avg_response_time_ms", 0, HIGHEST_RESPONSE_TIME_MS)
    answered = 0 if mean_ms is None else messages or counts[0]
    sum_ms = round((mean_ms or 0) * answered)
    hour = MetricsHour(
        MessagesRow(
            guild_id=guild_id,
            id=id,
            timestamp_ms=at_ms,
            messages=messages,
            response_time_ms_sum=sum_ms,
            response_time_count=answered,
        ),
        ViolationCountRow(guild_id, id, at_ms, *counts),
    )
    return Claim(guild_id, id, hour, at_ms)


def store_metrics(database: Database, claims: Sequence[Claim[MetricsHour]], now_ms: int) -> int:
    def write(connection: Connection, hours: Sequence[MetricsHour]) -> int:
        taken = hours_with_violations(connection, [hour.key for hour in hours])
        messages = [hour.messages for hour in hours]
        counts = [
            hour.violations
            for hour in hours
            if hour.violations.violations and hour.key not in taken
        ]
        event_store.add_message_counts(connection, messages)
        event_store.add_violation_counts(connection, counts)
        minutes_from_ms = history_minutes_from_ms(connection, now_ms)
        add_rollups(connection, rollup_deltas((), messages, minutes_from_ms, counts), ())
        return len(hours)

    return store_claims(database, claims, now_ms, write)


def _violation_counts(row: MurdochRow) -> tuple[int, int, int, int, int, int]:
    """All, high, medium, low, regex, ai. Where the parts disagree about all, the greater counts."""
    regex, ai = row.count("regex_violations"), row.count("ai_violations")
    high, medium, low = (row.count(f"{name}_severity") for name in ("high", "medium", "low"))
    return max(regex + ai, high + medium + low), high, medium, low, regex, ai
