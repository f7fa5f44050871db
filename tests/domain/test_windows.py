"""formulas.md, "Windows"."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.clock import parse_rfc3339, rfc3339
from domain.spans import PERIODS, Span, window_of
from domain.windows import DAY_MS, HOUR_MS, MINUTE_MS, trailing_window

NOW_MS = parse_rfc3339("2026-01-27T10:30:45.678Z")
TIMES_MS = st.integers(min_value=0, max_value=4_102_444_800_000)


@pytest.mark.parametrize(
    ("period", "width_ms", "buckets", "start", "end"),
    [
        (Span.HOUR, MINUTE_MS, 60, "2026-01-27T09:31:00.000Z", "2026-01-27T10:31:00.000Z"),
        (Span.DAY, HOUR_MS, 24, "2026-01-26T11:00:00.000Z", "2026-01-27T11:00:00.000Z"),
        (Span.WEEK, HOUR_MS, 168, "2026-01-20T11:00:00.000Z", "2026-01-27T11:00:00.000Z"),
        (Span.MONTH, DAY_MS, 30, "2025-12-29T00:00:00.000Z", "2026-01-28T00:00:00.000Z"),
    ],
)
def test_each_period_ends_with_the_current_bucket(
    period: Span, width_ms: int, buckets: int, start: str, end: str
) -> None:
    window = window_of(period, NOW_MS)
    assert (window.width_ms, window.buckets) == (width_ms, buckets)
    assert (rfc3339(window.start_ms), rfc3339(window.end_ms)) == (start, end)


@given(st.sampled_from(PERIODS), TIMES_MS)
def test_a_window_is_aligned_gap_free_and_holds_now_in_its_last_bucket(
    period: Span, now_ms: int
) -> None:
    window = window_of(period, now_ms)
    assert window.start_ms % window.width_ms == window.end_ms % window.width_ms == 0
    assert window.starts_ms[-1] <= now_ms < window.end_ms
    assert len(window.starts_ms) == window.buckets == len(window.bucket_range)
    assert list(window.bucket_range) == [start // window.width_ms for start in window.starts_ms]


@given(st.sampled_from(PERIODS), TIMES_MS)
def test_the_previous_window_lies_just_before(period: Span, now_ms: int) -> None:
    window = window_of(period, now_ms)
    previous = window.previous
    assert previous.end_ms == window.start_ms
    assert (previous.buckets, previous.width_ms) == (window.buckets, window.width_ms)


@given(st.sampled_from(PERIODS), TIMES_MS)
def test_a_window_slides_exactly_when_it_says(period: Span, now_ms: int) -> None:
    window = window_of(period, now_ms)
    assert window_of(period, window.slides_at_ms - 1) == window
    assert window_of(period, window.slides_at_ms).start_ms == window.start_ms + window.width_ms


def test_a_window_is_half_open() -> None:
    window = window_of(Span.DAY, NOW_MS)
    assert window.contains(window.start_ms)
    assert window.contains(window.end_ms - 1)
    assert not window.contains(window.end_ms)
    assert not window.contains(window.start_ms - 1)


def test_ninety_days_of_hours_for_the_heat_map() -> None:
    window = trailing_window(HOUR_MS, 90 * 24, NOW_MS)
    assert window.last_exclusive == NOW_MS // HOUR_MS + 1
    assert window.last_exclusive - window.first == 2160
