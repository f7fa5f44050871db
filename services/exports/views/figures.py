"""Messages, violations and health over time: what the page's charts are drawn from."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Mapping
from typing import Any

from sqlalchemy import Connection

from domain.exports import ExportWish
from domain.rollup_deltas import COUNTS
from domain.spans import Span, window_of
from domain.windows import HOUR_MS, Window
from models.exports.stretch import Stretch, counts_by_hour
from models.guilds.profile import guild_profiles
from models.snapshots import facts as read
from services.exports.lines import Row
from services.snapshots.documents.figures import Totals, health
from services.snapshots.facts import SpanFacts

Buckets = Mapping[int, tuple[int, ...]]
_NONE = (0,) * len(COUNTS)
_READS = {
    Span.HOUR: read.minute_counts,
    Span.DAY: read.hour_counts,
    Span.WEEK: read.hour_counts,
    Span.MONTH: read.day_counts,
}


def count_metrics(connection: Connection, wish: ExportWish) -> int:
    return _window(wish).buckets


def metrics(connection: Connection, wish: ExportWish) -> Generator[Row]:
    """A row for each bucket of the chart, those without anything too."""
    window = _window(wish)
    buckets = _buckets(connection, wish, window)
    for bucket in reversed(window.bucket_range):
        totals = Totals([buckets.get(bucket, _NONE)])
        mean_ms = round(totals.mean_response_time_ms, 2)
        counts = (totals[column.name] for column in wish.columns[1:-1])
        yield (bucket * window.width_ms, *counts, mean_ms)


def count_health(connection: Connection, wish: ExportWish) -> int:
    return 1


def health_metrics(connection: Connection, wish: ExportWish) -> Generator[Row]:
    """One row: the health of the window, compared with the one before it."""
    window = _window(wish)
    facts = SpanFacts(window)
    facts.buckets = dict(_buckets(connection, wish, window))
    facts.previous = dict(_buckets(connection, wish, window, is_previous=True))
    found = {**health(wish.span or Span.ALL, facts), "period": wish.span, **_ends(wish, window)}
    found["trends"]["comparable"] = _is_comparable(connection, wish, window)
    for group, prefix in (("action_distribution", ""), ("trends", ""), ("penalties", "penalty_")):
        found.update({f"{prefix}{name}": value for name, value in found.pop(group).items()})
    yield tuple(found[column.name] for column in wish.columns)


def _is_comparable(connection: Connection, wish: ExportWish, window: Window) -> bool:
    """Whether events were counted for the whole of the time that trends compare with."""
    first_ms = guild_profiles(connection, [wish.guild_id])[wish.guild_id].first_event_ms
    from_ms = window.previous.start_ms if wish.span else _previous_from_ms(wish)
    return first_ms is not None and first_ms <= from_ms


def _previous_from_ms(wish: ExportWish) -> int:
    return 2 * (wish.from_ms or 0) - (wish.to_ms or 0)


def _ends(wish: ExportWish, window: Window) -> dict[str, Any]:
    since_ms = window.start_ms if wish.from_ms is None else wish.from_ms
    return {"since": since_ms, "until": window.end_ms if wish.to_ms is None else wish.to_ms}


def _window(wish: ExportWish) -> Window:
    """That of the page; of any other stretch the hours it touches."""
    if wish.span is not None:
        return window_of(wish.span, wish.as_of_ms)
    from_ms, to_ms = wish.from_ms or 0, wish.to_ms or 0
    return Window(HOUR_MS, from_ms // HOUR_MS * HOUR_MS, -(-to_ms // HOUR_MS) * HOUR_MS)


def _buckets(
    connection: Connection, wish: ExportWish, window: Window, *, is_previous: bool = False
) -> Buckets:
    if wish.span is None:
        from_ms, to_ms = wish.from_ms or 0, wish.to_ms or 0
        ends = (_previous_from_ms(wish), from_ms) if is_previous else (from_ms, to_ms)
        return counts_by_hour(connection, Stretch(wish.guild_id, *ends))
    among = window.previous if is_previous else window
    rows: Iterable[Any] = _READS[wish.span](connection, [wish.guild_id], among.bucket_range)
    return {bucket: tuple(sums) for _, bucket, *sums in rows}
