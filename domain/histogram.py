"""Response times as additive counts per bucket, so that percentiles sum over any range.

Bucket `b` holds the whole milliseconds from `LOWEST_MS[b]` up to just before the next bound. The
bounds grow by at most 10 % (formulas.md, "Response-time percentiles"), which below 20 ms means one
bucket per millisecond. The numbering is stored in rollups: changing the bounds needs a rebuild.
"""

from bisect import bisect_right
from collections.abc import Mapping
from fractions import Fraction
from functools import lru_cache

HIGHEST_MS = 3_600_000


def _lowest_ms() -> list[int]:
    bounds = [0]
    while bounds[-1] <= HIGHEST_MS:
        # Whole numbers only: a float factor could round a bound differently elsewhere.
        bounds.append(max(bounds[-1] + 1, bounds[-1] * 11 // 10))
    return bounds


LOWEST_MS = _lowest_ms()
BUCKETS = len(LOWEST_MS) - 1


def bucket_of(response_time_ms: int) -> int:
    """The bucket, 0 to `BUCKETS - 1`, of a time; beyond an hour counts as an hour, below 0 as 0."""
    clamped_ms = min(max(response_time_ms, 0), HIGHEST_MS)
    return bisect_right(LOWEST_MS, clamped_ms) - 1


def bucket_value_ms(bucket: int) -> float:
    """The middle of the times a bucket holds, in ms: at most 5 % from any of them."""
    return (LOWEST_MS[bucket] + min(LOWEST_MS[bucket + 1] - 1, HIGHEST_MS)) / 2


@lru_cache
def _exactly(q: float) -> Fraction:
    """As written in decimals: 0.07 * 100 in floats is 7.000000000000001, one rank too high."""
    return Fraction(str(q))


def percentile(counts: Mapping[int, int], q: float) -> float:
    """The nearest-rank percentile in ms for `q` in 0..1, from counts by bucket; 0.0 when empty.

    Within 10 % of the same percentile of the exact times. ValueError for a `q` outside 0..1.
    """
    if not 0 <= q <= 1:
        raise ValueError(f"q is a share from 0 to 1, not {q}")
    share = _exactly(q)
    rank = max(-(-share.numerator * sum(counts.values()) // share.denominator), 1)
    seen = 0
    for bucket in sorted(counts):
        seen += counts[bucket]
        if seen >= rank:
            return bucket_value_ms(bucket)
    return 0.0
