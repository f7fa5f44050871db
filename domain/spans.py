"""The windows that snapshots are made for: the four periods, the last 90 days, and all time."""

from __future__ import annotations

from enum import StrEnum

from domain.windows import DAY_MS, HOUR_MS, MINUTE_MS, Window, trailing_window


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


# Those that are asked for by name.
PERIODS = (Span.HOUR, Span.DAY, Span.WEEK, Span.MONTH)
# Width of a bucket in milliseconds, and how many buckets.
_SHAPES: dict[Span, tuple[int, int]] = {
    Span.HOUR: (MINUTE_MS, 60),
    Span.DAY: (HOUR_MS, 24),
    Span.WEEK: (HOUR_MS, 168),
    Span.MONTH: (DAY_MS, 30),
    Span.QUARTER: (HOUR_MS, 90 * 24),
}


def spans_in(bits: int) -> list[Span]:
    return [span for span in Span if bits & span.bit]


def window_of(span: Span, now_ms: int) -> Window:
    """The window whose last bucket holds `now_ms` (formulas.md, "Windows"); all time has none."""
    width_ms, buckets = _SHAPES[span]
    return trailing_window(width_ms, buckets, now_ms)


def span_window(span: Span, now_ms: int) -> Window | None:
    """As `window_of`; None for all time, which has no edge that could move."""
    return None if span is Span.ALL else window_of(span, now_ms)


def seen_since_ms(window: Window) -> int:
    """From when on a rule counts as seen, for a window: 90 days back from its end.

    So what was seen changes when the window moves on, and not in between.
    """
    return window.end_ms - 90 * DAY_MS
