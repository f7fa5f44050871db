"""Metrics and health of a window (shapes: the contract in docs/api.md)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache

from domain.clock import rfc3339
from domain.health import Health, assess, change_pct, share_pct
from domain.response_times import Population, ResponseTimes
from domain.rollup_deltas import COUNTS
from domain.spans import Span
from domain.windows import Window
from services.snapshots.documents.shapes import Document
from services.snapshots.facts import SpanFacts

_PLACES = {name: place for place, name in enumerate(COUNTS)}


class Totals:
    """The sums of a window's buckets, by the names of COUNTS."""

    def __init__(self, buckets: Iterable[tuple[int, ...]]) -> None:
        sums = [sum(column) for column in zip(*buckets, strict=True)]
        self._sums: list[int] = sums or [0] * len(COUNTS)

    def __getitem__(self, name: str) -> int:
        return self._sums[_PLACES[name]]

    @property
    def mean_response_time_ms(self) -> float:
        count = self["response_time_count"]
        return self["response_time_ms_sum"] / count if count else 0.0

    def health(self) -> Health:
        return assess(
            self["messages"],
            self["violations"],
            self["kicks"] + self["bans"],
            self.mean_response_time_ms,
        )


def metrics(span: Span, facts: SpanFacts) -> Document:
    totals = Totals(facts.buckets.values())
    assert facts.window is not None
    zero = (0,) * len(COUNTS)
    every = ResponseTimes.together(facts.response_times.values())
    sums = [facts.buckets.get(bucket, zero) for bucket in facts.window.bucket_range]
    series = [
        {"timestamp": start, "messages": one[0], "violations": one[1]}
        for start, one in zip(_axis(facts.window), sums, strict=True)
    ]
    return {
        "period": span.value,
        "messages_processed": totals["messages"],
        "violations_total": totals["violations"],
        "violations_by_type": {
            name: totals[name] for name in ("regex", "ai", "automod", "manual", "raid")
        },
        "violations_by_severity": {name: totals[name] for name in ("high", "medium", "low")},
        "violations_by_action": _by_action(totals),
        "avg_response_time_ms": round(totals.mean_response_time_ms, 2),
        "response_time_p50_ms": every.percentile_ms(0.5),
        "response_time_p95_ms": every.percentile_ms(0.95),
        "bot_response": _response(facts.response_times[Population.BOT]),
        "moderator_response": _response(facts.response_times[Population.MODERATOR]),
        "time_series": series,
        "response_time_series_ms": [_mean_response_time_ms(one) for one in sums],
        "previous_series": _previous_series(facts.window, facts.previous),
        "data_since": None if facts.data_since_ms is None else rfc3339(facts.data_since_ms),
    }


def _by_action(totals: Totals) -> Document:
    """Every violation once: what is not one of the four is another action, or none."""
    four = {name: totals[f"{name}s"] for name in ("warning", "timeout", "kick", "ban")}
    return {**four, "other_or_none": totals["violations"] - sum(four.values())}


def _response(times: ResponseTimes) -> Document:
    """One population: figures of the same violations, which can stand side by side."""
    return {
        "count": times.count,
        "mean_ms": round(times.mean_ms, 2),
        "p50_ms": times.percentile_ms(0.5),
        "p95_ms": times.percentile_ms(0.95),
    }


def _mean_response_time_ms(sums: tuple[int, ...]) -> float:
    count = sums[_PLACES["response_time_count"]]
    return round(sums[_PLACES["response_time_ms_sum"]] / count, 2) if count else 0.0


def _previous_series(window: Window, buckets: Mapping[int, tuple[int, ...]]) -> Document:
    """What trends compare with, bucket by bucket; as arrays, since the axis is the shifted one."""
    sums = [buckets.get(bucket) for bucket in window.previous.bucket_range]
    return {
        name: [0 if one is None else one[_PLACES[name]] for one in sums]
        for name in ("messages", "violations")
    }


@lru_cache(maxsize=100)
def _axis(window: Window) -> list[str]:
    """The starts of its buckets: the same for all guilds."""
    return [rfc3339(start_ms) for start_ms in window.starts_ms]


def health(span: Span, facts: SpanFacts) -> Document:
    now, before = Totals(facts.buckets.values()), Totals(facts.previous.values())
    verdict, previous = now.health(), before.health()
    return {
        "period": span.value,
        "health_score": verdict.score,
        "violation_rate": round(verdict.violation_rate, 4),
        "action_distribution": {
            f"{name}_pct": share_pct(now[name], now["violations"])
            for name in ("warnings", "timeouts", "kicks", "bans")
        },
        "trends": {
            "messages_change_pct": change_pct(now["messages"], before["messages"]),
            "violations_change_pct": change_pct(now["violations"], before["violations"]),
            "health_change": verdict.score - previous.score,
            "comparable": facts.reaches_back,
        },
        "warning": verdict.warning,
        "limited_data": verdict.limited_data,
        "penalties": {
            "violation_rate": verdict.penalties.violation_rate,
            "response_time": verdict.penalties.response_time,
            "escalation": verdict.penalties.escalation,
        },
    }
