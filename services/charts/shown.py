"""Charts of what answers say: violations of a period, the pace of an incident."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import orjson

from domain.answer_chart import Pace, pace_chart, pace_words
from domain.snapshot import Kind
from domain.spans import Span
from models.guilds.profile import guild_profiles
from models.incidents.store import incident_by_id
from services.charts.drawing import Chart
from services.container import Parts
from services.incidents.timeline import shown_series

_TITLES = {
    Span.HOUR: "Violations by minute, last hour",
    Span.DAY: "Violations by hour, last 24 hours",
    Span.WEEK: "Violations by hour, last 7 days",
    Span.MONTH: "Violations by day, last 30 days",
}


def period_chart(parts: Parts, guild_id: int, span: Span) -> Chart:
    """From the same snapshot as `metrics`."""
    read, _ = parts.snapshots.read(guild_id, Kind.METRICS, span)
    series = orjson.loads(read.body)["time_series"]
    starts = [_seconds(one["timestamp"]) for one in series]
    counts = [one["violations"] for one in series]
    # Days are days in UTC, whatever the server's zone.
    zone = "UTC" if span is Span.MONTH else _zone(parts, guild_id)
    return _chart(Pace(_TITLES[span], starts, counts, zone))


def incident_chart(parts: Parts, guild_id: int, id: UUID) -> Chart | None:
    """None where there is no such incident in this guild."""
    with parts.database.read() as connection:
        row = incident_by_id(connection, guild_id, id)
        if row is None:
            return None
        series = shown_series(connection, row)
    first, step = _seconds(series.since), series.bucket_seconds
    counts = series.violations
    starts = range(first, first + step * len(counts), step)
    return _chart(Pace("Violations of the incident", starts, counts, _zone(parts, guild_id)))


def _chart(pace: Pace) -> Chart:
    return Chart(pace_chart(pace), pace_words(pace))


def _zone(parts: Parts, guild_id: int) -> str:
    with parts.database.read() as connection:
        return guild_profiles(connection, [guild_id])[guild_id].timezone


def _seconds(moment: str) -> int:
    return int(datetime.fromisoformat(moment).timestamp())
