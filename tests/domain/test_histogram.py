"""formulas.md, "Response-time percentiles": within 10 % at any volume, summable over buckets."""

from collections import Counter
from fractions import Fraction
from math import ceil

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from domain.histogram import BUCKETS, HIGHEST_MS, bucket_of, bucket_value_ms, percentile

TIMES_MS = st.one_of(st.integers(0, 300), st.integers(0, HIGHEST_MS))


def _nearest_rank(times_ms: list[int], q: float) -> int:
    rank = max(ceil(Fraction(str(q)) * len(times_ms)), 1)
    return sorted(times_ms)[rank - 1]


@given(st.lists(TIMES_MS, min_size=1), st.sampled_from([0, 0.01, 0.07, 0.5, 0.9, 0.95, 0.99, 1]))
@example([HIGHEST_MS], 0.5)
def test_within_ten_percent_of_the_exact_nearest_rank(times_ms: list[int], q: float) -> None:
    exact_ms = _nearest_rank(times_ms, q)
    estimate_ms = percentile(Counter(map(bucket_of, times_ms)), q)
    assert abs(estimate_ms - exact_ms) <= 0.1 * exact_ms


@given(st.lists(TIMES_MS), st.lists(TIMES_MS))
def test_counts_of_parts_add_up_to_the_whole(one: list[int], other: list[int]) -> None:
    parts = Counter(map(bucket_of, one)) + Counter(map(bucket_of, other))
    assert percentile(parts, 0.95) == percentile(Counter(map(bucket_of, one + other)), 0.95)


@pytest.mark.parametrize("time_ms", range(20))
def test_small_times_are_exact(time_ms: int) -> None:
    assert bucket_value_ms(bucket_of(time_ms)) == time_ms


def test_no_value_is_beyond_what_can_be_counted() -> None:
    assert max(map(bucket_value_ms, range(BUCKETS))) <= HIGHEST_MS


@given(TIMES_MS, TIMES_MS)
def test_buckets_keep_the_order_of_times(one_ms: int, other_ms: int) -> None:
    low_ms, high_ms = sorted((one_ms, other_ms))
    assert 0 <= bucket_of(low_ms) <= bucket_of(high_ms) < BUCKETS


@pytest.mark.parametrize(
    ("time_ms", "as_if_ms"), [(-5, 0), (HIGHEST_MS + 1, HIGHEST_MS), (10**12, HIGHEST_MS)]
)
def test_times_beyond_the_range_are_clamped(time_ms: int, as_if_ms: int) -> None:
    assert bucket_of(time_ms) == bucket_of(as_if_ms)


@pytest.mark.parametrize(
    ("times_ms", "q", "expected_ms"),
    [
        ([], 0.5, 0.0),
        ([7], 0.95, 7.0),
        ([1, 2], 0.5, 1.0),
        ([1, 2, 3], 0.5, 2.0),
        (list(range(20)), 0.95, 18.0),
        ([3] * 93 + [1] * 7, 0.07, 1.0),
    ],
)
def test_nearest_rank(times_ms: list[int], q: float, expected_ms: float) -> None:
    assert percentile(Counter(map(bucket_of, times_ms)), q) == expected_ms


def test_buckets_counted_down_to_zero_are_empty() -> None:
    assert percentile({5: 0}, 0.5) == 0.0


@pytest.mark.parametrize("q", [-0.1, 1.1, 95, float("nan")])
def test_a_percentile_is_a_share(q: float) -> None:
    with pytest.raises(ValueError, match="share from 0 to 1"):
        percentile({1: 1}, q)
