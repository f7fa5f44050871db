"""The windows that snapshots are made for: the four periods, the last 90 days, and all time."""

from __future__ import annotations

from enum import StrEnum

from domain.windows import HOUR_MS, Period, Window, trailing_window, window_of

QUARTER_HOURS = 90 * 24


class Span(StrEnum):
    HOUR = "hour"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"  # the last 90 days: temporal analytics without a period
    ALL = "all"  # all time: top offenders without a period

    @property
    def bit(self) -> int:
        return 1 << list(Span).index(self)


EVERY_SPAN = sum(span.bit for span in Span)


def spans_in(bits: int) -> list[Span]:
    return [span for span in Span if bits & span.bit]


def span_window(span: Span, now_ms: int) -> Window | None:
    """The span's window at `now_ms`; None for all time, which has no edge that could move."""
    if span is Span.ALL:
        return None
    if span is Span.QUARTER:
        return trailing_window(HOUR_MS, QUARTER_HOURS, now_ms)
    return window_of(Period(span.value), now_ms)
