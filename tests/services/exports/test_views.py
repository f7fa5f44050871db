"""Figures in an export are the page's, of all members and rules, and the same on both databases."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import HealthCheck, given, settings

from adapters.database import Database
from domain.clock import rfc3339
from domain.export_columns import Kind
from domain.exports import ExportFormat, ExportType
from domain.snapshot import Kind as Page
from domain.spans import PERIODS, Span, span_window
from services.exports.views.every import VIEWS
from services.ingest.store import ingest_events
from services.snapshots.materialise import materialise_dirty
from tests.services import stored
from tests.services.exports.parts import exported, wish
from tests.services.histories import NOW_MS, Made, made

Both = tuple[Database, Database]
Pages = dict[tuple[Page, Span], Any]
FIGURES = (
    ExportType.METRICS,
    ExportType.HEALTH_METRICS,
    ExportType.TOP_OFFENDERS,
    ExportType.RULE_EFFECTIVENESS,
    ExportType.TEMPORAL_ANALYTICS,
)


@settings(
    max_examples=4,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(history=made(20))
def test_any_history(both: Both, history: Made) -> None:
    for database in both:
        for batch in history.batches:
            ingest_events(database, batch, NOW_MS)
        materialise_dirty(database, stored.no_cache(), lambda: NOW_MS)
    bodies = stored.made_bodies(both[0], history.guild_ids, NOW_MS)
    for guild_id in history.guild_ids:
        pages = {key[1:]: json.loads(body) for key, body in bodies.items() if key[0] == guild_id}
        for span in PERIODS:
            _check_page(both, guild_id, pages, span)
        _check_without_a_period(both, guild_id, pages)
        _check_between(both, guild_id)


def _check_page(both: Both, guild_id: int, pages: Pages, span: Span) -> None:
    rows = {one: _rows(both, one, guild_id, period=span) for one in FIGURES}
    _check_metrics(rows[ExportType.METRICS], pages[Page.METRICS, span])
    _check_health(rows[ExportType.HEALTH_METRICS], pages[Page.HEALTH, span])
    _check_offenders(rows[ExportType.TOP_OFFENDERS], pages[Page.TOP_OFFENDERS, span])
    _check_rules(rows[ExportType.RULE_EFFECTIVENESS], pages[Page.RULE_EFFECTIVENESS, span])
    _check_temporal(rows[ExportType.TEMPORAL_ANALYTICS], pages[Page.TEMPORAL_ANALYTICS, span])


def _check_without_a_period(both: Both, guild_id: int, pages: Pages) -> None:
    _check_offenders(
        _rows(both, ExportType.TOP_OFFENDERS, guild_id), pages[Page.TOP_OFFENDERS, Span.ALL]
    )
    _check_temporal(
        _rows(both, ExportType.TEMPORAL_ANALYTICS, guild_id),
        pages[Page.TEMPORAL_ANALYTICS, Span.QUARTER],
    )
    _rows(both, ExportType.VIOLATIONS, guild_id)
    _rows(both, ExportType.WARNINGS, guild_id)


def _check_between(both: Both, guild_id: int) -> None:
    """The same window by its ends, none of which is a whole hour for the last hour."""
    for one in FIGURES[2:4]:
        for span in (Span.HOUR, Span.DAY, Span.MONTH):
            window = span_window(span, NOW_MS)
            assert window is not None
            between = {"from_ms": window.start_ms, "to_ms": window.end_ms}
            rows = _rows(both, one, guild_id, **between)
            assert rows == _rows(both, one, guild_id, period=span)


def _rows(both: Both, one: ExportType, guild_id: int, **fields: Any) -> list[dict[str, Any]]:
    """As JSON has them; in every format the bytes of both databases are equal."""
    files = []
    for format in (ExportFormat.CSV, ExportFormat.NDJSON):
        wished = wish(one, format, guild_id=guild_id, as_of_ms=NOW_MS, **fields)
        data, other = (exported(database, wished)[0] for database in both)
        assert data == other, (one, format)
        files.append(data)
    rows = [json.loads(line) for line in files[1].splitlines()]
    with both[0].read() as connection:
        assert VIEWS[one].count(connection, wished) == len(rows)
    for column in wished.columns:
        if column.kind is Kind.ID:
            assert all(
                row[column.name] is None or isinstance(row[column.name], str) for row in rows
            )
    return rows


def _check_metrics(rows: list[dict[str, Any]], page: dict[str, Any]) -> None:
    names = ("timestamp", "messages", "violations")
    series = [{name: row[name] for name in names} for row in reversed(rows)]
    assert series == page["time_series"]
    means = [row["avg_response_time_ms"] for row in reversed(rows)]
    assert means == page["response_time_series_ms"]
    for group in ("violations_by_type", "violations_by_severity"):
        for name, total in page[group].items():
            assert sum(row[name] for row in rows) == total


def _check_health(rows: list[dict[str, Any]], page: dict[str, Any]) -> None:
    (row,) = rows
    flat = {**page, **page["action_distribution"], **page["trends"]}
    flat.update({f"penalty_{name}": points for name, points in page["penalties"].items()})
    assert {name: row[name] for name in row if name in flat} == {
        name: flat[name] for name in row if name in flat
    }
    assert set(row) - set(flat) == {"since", "until"}


def _check_offenders(rows: list[dict[str, Any]], page: dict[str, Any]) -> None:
    shown = [{**one} for one in page["top_users"]]
    for one in shown:
        del one["avatar"]
    assert rows[: len(shown)] == shown
    assert len(rows) == sum(page["violation_distribution"].values())


def _check_rules(rows: list[dict[str, Any]], page: dict[str, Any]) -> None:
    hit = [row for row in rows if not row["dead"]]
    for row, shown in zip(hit, page["top_rules"], strict=True):
        flat = {**shown, **shown["severity_distribution"]}
        assert all(row[name] == flat[name] for name in row if name != "dead")
    assert [row["rule_name"] for row in rows if row["dead"]] == page["dead_rules"]


def _check_temporal(rows: list[dict[str, Any]], page: dict[str, Any]) -> None:
    place = ("day_of_week", "hour", "violation_count")
    hours = [row for row in rows if row["record"] == "hour_of_week"]
    assert [{name: row[name] for name in place} for row in hours] == page["heatmap"]
    peaks = [{name: row[name] for name in place} for row in hours if row["peak"]]
    assert sorted(peaks, key=str) == sorted(page["peak_times"], key=str)
    said = ("timestamp", "ended_at", "description", "violation_count", "user_ids")
    events = [row for row in rows if row["record"] == "major_event"]
    assert [{name: row[name] for name in said} for row in events] == [
        {name: one[name] for name in said} for one in page["major_events"]
    ]


def test_a_time_is_as_the_api_has_it(both: Both) -> None:
    (row,) = _rows(both, ExportType.HEALTH_METRICS, 1, period=Span.DAY)
    window = span_window(Span.DAY, NOW_MS)
    assert window is not None
    assert (row["since"], row["until"]) == (rfc3339(window.start_ms), rfc3339(window.end_ms))
