"""Reading answers: also of guilds nobody has heard of, and of windows that nobody redoes."""

from __future__ import annotations

import json
from typing import Any

from adapters.database import Database
from domain.snapshot import SPANS, Kind
from domain.spans import Span
from domain.windows import DAY_MS, HOUR_MS
from services.ingest.store import ingest_events
from services.snapshots.materialise import materialise_dirty
from services.snapshots.reader import SnapshotReader, Source
from tests.services import stored
from tests.services.events import violation
from tests.services.histories import NOW_MS

UNKNOWN = 404
BUCKETS = {Span.HOUR: 60, Span.DAY: 24, Span.WEEK: 168, Span.MONTH: 30}


def _numbers(value: Any) -> list[float]:
    if isinstance(value, dict):
        return [number for one in value.values() for number in _numbers(one)]
    if isinstance(value, list):
        return [number for one in value for number in _numbers(one)]
    return [value] if isinstance(value, int | float) else []


def test_an_unknown_guild_answers_zeros_for_every_kind(database: Database) -> None:
    reader = SnapshotReader(database, stored.no_cache(), lambda: NOW_MS)
    for kind in Kind:
        for span in SPANS[kind]:
            read, source = reader.read(UNKNOWN, kind, span)
            answer = json.loads(read.body)
            assert source is Source.COMPUTED
            assert (answer.pop("version"), answer.pop("stale")) == (0, False)
            assert b"null" not in read.body.replace(b'"data_since":null', b"")
            allowed = {0, 1, 100} if kind in (Kind.HEALTH, Kind.OVERVIEW) else {0}
            assert set(_numbers(answer)) <= allowed, (kind, span)
    assert stored.rows(database, "guilds", [UNKNOWN]) == []
    assert stored.rows(database, "metric_snapshots", [UNKNOWN]) == []


def test_series_have_no_gaps_and_sum_to_the_totals(database: Database) -> None:
    guild_id = 7
    for now_ms in (NOW_MS, NOW_MS + 1):
        for ago_ms in (0, HOUR_MS, DAY_MS, 8 * DAY_MS, 29 * DAY_MS):
            ingest_events(database, [violation(guild_id, now_ms - ago_ms)], now_ms)
    reader = SnapshotReader(database, stored.no_cache(), lambda: NOW_MS)
    for span, buckets in BUCKETS.items():
        answer = json.loads(reader.read(guild_id, Kind.METRICS, span)[0].body)
        series = answer["time_series"]
        assert len(series) == len({point["timestamp"] for point in series}) == buckets
        assert sum(point["violations"] for point in series) == answer["violations_total"] > 0


def test_a_window_without_data_moves_on_by_itself(database: Database) -> None:
    ingest_events(database, [violation(7, NOW_MS - 20 * DAY_MS)], NOW_MS)
    materialise_dirty(database, stored.no_cache(), lambda: NOW_MS)
    now_ms = [NOW_MS]
    reader = SnapshotReader(database, stored.no_cache(), lambda: now_ms[0])
    first, source = reader.read(7, Kind.METRICS, Span.DAY)
    assert (source, first.is_final) == (Source.SNAPSHOT, True)
    now_ms[0] += 3 * HOUR_MS
    later, source = reader.read(7, Kind.METRICS, Span.DAY)
    assert (source, later.stale) == (Source.COMPUTED, False)
    assert json.loads(later.body)["time_series"][:21] == json.loads(first.body)["time_series"][3:]
