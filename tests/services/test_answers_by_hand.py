"""Answers counted from the events themselves, without rollups or SQL, on both databases."""

from __future__ import annotations

import json
from collections import Counter
from datetime import UTC, datetime
from fractions import Fraction
from math import floor
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from adapters.database import Database
from domain.clock import rfc3339
from domain.snapshot import Kind
from domain.spans import PERIODS, Span, span_window
from domain.windows import HOUR_MS, Window
from schemas.events.structs import MessagesEvent, ViolationEvent
from services.ingest.store import ingest_events
from services.snapshots.materialise import materialise_dirty
from tests.services import stored
from tests.services.histories import NOW_MS, Made, made
from tests.services.settling import settle_in
from tests.services.tried import tried

zones = st.sampled_from(["UTC", "Europe/Berlin", "America/St_Johns", "Asia/Kathmandu"])


class Near:  # noqa: PLW1641, compared and nothing else
    """Equal to what is within a tenth of it, as far as percentiles promise."""

    def __init__(self, value: int) -> None:
        self.value = value

    def __eq__(self, other: object) -> bool:
        return isinstance(other, int | float) and abs(other - self.value) <= self.value / 10

    def __repr__(self) -> str:
        return f"{self.value} ± 10 %"


def _percentile(times: list[int], percent: int) -> Near:
    """The smallest time that is not exceeded by so many of a hundred; an hour is the longest."""
    in_order = sorted(min(time, HOUR_MS) for time in times)
    reached = (time for rank, time in enumerate(in_order, 1) if 100 * rank >= percent * len(times))
    return Near(next(reached, 0))


def _penalty(value: Fraction, none_up_to: Fraction, most_at: Fraction, most: int) -> Fraction:
    """On the line through those two points, and level before and after."""
    if value <= none_up_to:
        return Fraction(0)
    if value >= most_at:
        return Fraction(most)
    return most * (value - none_up_to) / (most_at - none_up_to)


def _response(times: list[int]) -> dict[str, Any]:
    return {
        "count": len(times),
        "mean_ms": round(sum(times) / len(times), 2) if times else 0.0,
        "p50_ms": _percentile(times, 50),
        "p95_ms": _percentile(times, 95),
    }


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
        by_bot = [
            hit.response_time_ms
            for hit in self.hits
            if hit.detection_type != "manual" and hit.response_time_ms is not None
        ]
        by_moderators = list((Counter(times) - Counter(by_bot)).elements())
        return {
            "messages_processed": sum(one.count for one in self.counts),
            "violations_total": len(self.hits),
            "avg_response_time_ms": round(total / count, 2) if count else 0.0,
            "response_time_p50_ms": _percentile(times, 50),
            "response_time_p95_ms": _percentile(times, 95),
            "bot_response": _response(by_bot),
            "moderator_response": _response(by_moderators),
            "violations_by_severity": self._by("severity", "high", "medium", "low"),
            "violations_by_type": self._by(
                "detection_type", "regex", "ai", "automod", "manual", "raid"
            ),
            "time_series": [self._point(start_ms) for start_ms in self.window.starts_ms],
        }

    def health_score(self) -> int:
        """In fractions: what is exactly a whole number of points stays one."""
        if not self.hits:
            return 100
        messages = sum(one.count for one in self.counts)
        gone = sum(hit.action_taken in ("kick", "ban") for hit in self.hits)
        rate = Fraction(0 if messages < 10 else Fraction(1000 * len(self.hits), messages))
        share = Fraction(gone, len(self.hits))
        return floor(
            100
            - _penalty(rate, Fraction(5), Fraction(20), 30)
            - _penalty(self._mean_ms(), Fraction(100), Fraction(1000), 20)
            - _penalty(share, Fraction(1, 10), Fraction(1, 2), 50)
        )

    def _mean_ms(self) -> Fraction:
        times = [hit.response_time_ms for hit in self.hits if hit.response_time_ms is not None]
        means = [one for one in self.counts if one.response_time_ms_sum is not None]
        count = len(times) + sum(one.response_time_count or 0 for one in means)
        total = sum(times) + sum(
            one.response_time_ms_sum or 0 for one in means if one.response_time_count
        )
        return Fraction(total, count) if count else Fraction(0)

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


def test_answers_are_what_one_counts_by_hand(database: Database) -> None:
    def holds(history: Made, timezone: str) -> None:
        _are_counted(database, history, timezone)

    tried(database, 12, holds, history=made(), timezone=zones)


def _are_counted(database: Database, history: Made, timezone: str) -> None:
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
