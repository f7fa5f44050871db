"""Answers counted from the events themselves, without rollups or SQL, on both databases."""

from __future__ import annotations

import json
from collections import Counter
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from adapters.database import Database
from domain.clock import rfc3339
from domain.health import assess
from domain.histogram import bucket_of, percentile
from domain.snapshot import PERIODS, Kind
from domain.spans import Span, span_window
from domain.windows import HOUR_MS, Window
from schemas.event import MessagesEvent, ViolationEvent
from services.ingest import ingest_events
from services.materialise import materialise_dirty
from tests.services import stored
from tests.services.histories import NOW_MS, Made, made
from tests.services.settling import settle_in

on_database = settings(
    deadline=None,
    max_examples=20,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
zones = st.sampled_from(["UTC", "Europe/Berlin", "America/St_Johns", "Asia/Kathmandu"])


class ByHand:
    """What one guild's events say within one window."""

    def __init__(self, history: Made, guild_id: int, window: Window, timezone: str) -> None:
        sent = [one for one in history.events if one.guild_id == guild_id]
        inside = [one for one in sent if window.contains(one.timestamp)]
        self.window, self.zone = window, ZoneInfo(timezone)
        self.hits = [one for one in inside if isinstance(one, ViolationEvent)]
        self.counts = [one for one in inside if isinstance(one, MessagesEvent)]

    def metrics(self) -> dict[str, Any]:
        times = [hit.response_time_ms for hit in self.hits if hit.response_time_ms is not None]
        pairs = [
            (one.response_time_ms_sum, one.response_time_count)
            for one in self.counts
            if one.response_time_ms_sum is not None and one.response_time_count
        ]
        total = sum(times) + sum(pair[0] for pair in pairs)
        count = len(times) + sum(pair[1] for pair in pairs)
        spread = Counter(map(bucket_of, times))
        return {
            "messages_processed": sum(one.count for one in self.counts),
            "violations_total": len(self.hits),
            "avg_response_time_ms": round(total / count, 2) if count else 0.0,
            "response_time_p50_ms": percentile(spread, 0.5),
            "response_time_p95_ms": percentile(spread, 0.95),
            "violations_by_severity": self._by("severity", "high", "medium", "low"),
            "violations_by_type": self._by(
                "detection_type", "regex", "ai", "automod", "manual", "raid"
            ),
            "time_series": [self._point(start_ms) for start_ms in self.window.starts_ms],
        }

    def health_score(self) -> int:
        metrics, strong = self.metrics(), ("kick", "ban")
        gone = sum(hit.action_taken in strong for hit in self.hits)
        times = [hit.response_time_ms for hit in self.hits if hit.response_time_ms is not None]
        sums = [one for one in self.counts if one.response_time_ms_sum is not None]
        count = len(times) + sum(one.response_time_count or 0 for one in sums)
        total = sum(times) + sum(
            one.response_time_ms_sum or 0 for one in sums if one.response_time_count
        )
        mean_ms = total / count if count else 0.0
        return assess(metrics["messages_processed"], len(self.hits), gone, mean_ms).score

    def offenders(self) -> list[tuple[str, int, str]]:
        counts = Counter(int(hit.user_id) for hit in self.hits)
        in_time = sorted(self.hits, key=lambda hit: hit.timestamp)
        last = {int(hit.user_id): int(hit.timestamp) for hit in in_time}
        order = sorted(counts, key=lambda user: (-counts[user], -last[user], user))
        return [(str(user), counts[user], rfc3339(last[user])) for user in order[:10]]

    def rules(self) -> Counter[str]:
        return Counter(hit.rule or hit.reason for hit in self.hits)

    def heat(self) -> dict[tuple[int, int], int]:
        starts = [hit.timestamp // HOUR_MS * HOUR_MS // 1000 for hit in self.hits]
        local = [datetime.fromtimestamp(start, UTC).astimezone(self.zone) for start in starts]
        return Counter((time.isoweekday() % 7, time.hour) for time in local)

    def _by(self, name: str, *words: str) -> dict[str, int]:
        return {word: sum(getattr(hit, name) == word for hit in self.hits) for word in words}

    def _point(self, start_ms: int) -> dict[str, Any]:
        bucket = Window(self.window.width_ms, start_ms, start_ms + self.window.width_ms)
        return {
            "timestamp": rfc3339(start_ms),
            "messages": sum(one.count for one in self.counts if bucket.contains(one.timestamp)),
            "violations": sum(bucket.contains(hit.timestamp) for hit in self.hits),
        }


@on_database
@given(history=made(), timezone=zones)
def test_answers_are_what_one_counts_by_hand(
    database: Database, history: Made, timezone: str
) -> None:
    for guild_id in history.guild_ids:
        settle_in(database, guild_id, timezone, NOW_MS)
    for batch in history.batches:
        ingest_events(database, batch, NOW_MS)
    materialise_dirty(database, stored.no_cache(), lambda: NOW_MS)
    made = stored.made_bodies(database, history.guild_ids, NOW_MS)
    for guild_id in history.guild_ids:
        answers = {key[1:]: json.loads(body) for key, body in made.items() if key[0] == guild_id}
        for span in (*PERIODS, Span.QUARTER):
            window = span_window(span, NOW_MS)
            assert window is not None
            _compare(answers, span, ByHand(history, guild_id, window, timezone))


def _compare(answers: dict[tuple[Kind, Span], Any], span: Span, by_hand: ByHand) -> None:
    heat = answers[Kind.TEMPORAL_ANALYTICS, span]["heatmap"]
    cells = {(cell["day_of_week"], cell["hour"]): cell["violation_count"] for cell in heat}
    assert cells == by_hand.heat()
    if span is Span.QUARTER:
        return
    expected = by_hand.metrics()
    metrics = answers[Kind.METRICS, span]
    assert {name: metrics[name] for name in expected} == expected
    assert answers[Kind.HEALTH, span]["health_score"] == by_hand.health_score()
    top = answers[Kind.TOP_OFFENDERS, span]["top_users"]
    shown = [(one["user_id"], one["violation_count"], one["last_violation"]) for one in top]
    assert shown == by_hand.offenders()
    rules = answers[Kind.RULE_EFFECTIVENESS, span]
    hits = {one["rule_name"]: one["violation_count"] for one in rules["top_rules"]}
    assert hits == by_hand.rules()
    assert rules["total_rule_violations"] == by_hand.rules().total()
