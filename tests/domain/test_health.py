"""formulas.md, "Violation rate and health score": every row, the edges, and no noise."""

from fractions import Fraction
from math import floor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.health import Penalties, assess, change_pct, share_pct


@pytest.mark.parametrize(
    ("messages", "violations", "kicks_and_bans", "mean_ms", "score", "penalties", "limited"),
    [
        (0, 0, 0, 0, 100, (0, 0, 0), True),
        (1000, 5, 0, 100, 100, (0, 0, 0), False),
        (1000, 10, 0, 100, 90, (10, 0, 0), False),
        (1000, 10, 3, 550, 55, (10, 10, 25), False),
        (1000, 20, 10, 1000, 0, (30, 20, 50), False),
        (5, 2, 0, 100, 100, (0, 0, 0), True),
        (3000, 25, 2, 325, 88, (6.67, 5, 0), False),
    ],
)
def test_the_table(
    messages: int,
    violations: int,
    kicks_and_bans: int,
    mean_ms: float,
    score: int,
    penalties: tuple[float, float, float],
    limited: bool,
) -> None:
    health = assess(messages, violations, kicks_and_bans, mean_ms)
    assert health.score == score
    assert health.penalties == Penalties(*penalties)
    assert health.limited_data is limited
    assert health.warning is (score < 70)


@pytest.mark.parametrize(
    ("messages", "violations", "rate"),
    [(0, 0, 0.0), (0, 4, 0.0), (1000, 5, 5.0), (4, 1, 250.0)],
)
def test_violation_rate(messages: int, violations: int, rate: float) -> None:
    assert assess(messages, violations, 0, 0.0).violation_rate == rate


@pytest.mark.parametrize(("messages", "limited"), [(9, True), (10, False)])
def test_limited_data_below_ten_messages(messages: int, limited: bool) -> None:
    assert assess(messages, 1, 0, 0.0).limited_data is limited


def test_limited_data_spares_only_the_rate() -> None:
    assert assess(9, 9, 9, 1000.0).penalties == Penalties(0.0, 20.0, 50.0)


def test_no_violations_is_full_health_however_slow() -> None:
    health = assess(1000, 0, 0, 5000.0)
    assert (health.score, health.penalties) == (100, Penalties(0.0, 0.0, 0.0))


@pytest.mark.parametrize(
    ("mean_ms", "score", "warning"), [(100.0, 70, False), (101.0, 69, True), (145.0, 69, True)]
)
def test_warning_below_seventy(mean_ms: float, score: int, warning: bool) -> None:
    health = assess(1000, 20, 0, mean_ms)
    assert (health.score, health.warning) == (score, warning)


@given(st.integers(0, 10**6), st.integers(0, 10**4), st.integers(0, 10**4), st.integers(0, 2_000))
def test_the_score_is_the_floor_of_exact_arithmetic(
    messages: int, violations: int, kicks_and_bans: int, mean_ms: int
) -> None:
    kicks_and_bans = min(kicks_and_bans, violations)
    health = assess(messages, violations, kicks_and_bans, float(mean_ms))
    assert health.score == floor(100 - _exact_total(messages, violations, kicks_and_bans, mean_ms))
    assert 0 <= health.score <= 100


@pytest.mark.parametrize(
    ("violations", "kicks_and_bans", "mean_ms", "score"),
    # Their penalties sum to whole points, but in floats to 52.00000000000001 and the like.
    [(30, 13, 115, 48), (30, 13, 205, 46), (30, 13, 475, 40), (50, 7, 445, 64)],
)
def test_whole_points_are_not_lost_to_noise(
    violations: int, kicks_and_bans: int, mean_ms: int, score: int
) -> None:
    assert _exact_total(3000, violations, kicks_and_bans, mean_ms) == 100 - score
    assert assess(3000, violations, kicks_and_bans, float(mean_ms)).score == score


def _exact_total(messages: int, violations: int, kicks_and_bans: int, mean_ms: int) -> Fraction:
    if not violations:
        return Fraction(0)
    rate = Fraction(1000 * violations, messages) if messages >= 10 else Fraction(0)
    escalation = Fraction(kicks_and_bans, violations)
    return (
        30 * _share(rate, Fraction(5), Fraction(20))
        + 20 * _share(Fraction(mean_ms), Fraction(100), Fraction(1000))
        + 50 * _share(escalation, Fraction(1, 10), Fraction(1, 2))
    )


def _share(value: Fraction, low: Fraction, high: Fraction) -> Fraction:
    return min(max((value - low) / (high - low), Fraction(0)), Fraction(1))


@pytest.mark.parametrize(
    ("current", "previous", "change"),
    [
        (0, 0, 0.0),
        (7, 0, 0.0),
        (150, 100, 50.0),
        (50, 100, -50.0),
        (0, 3, -100.0),
        (4, 3, 33.33),
    ],
)
def test_trends(current: float, previous: float, change: float) -> None:
    assert change_pct(current, previous) == change


@pytest.mark.parametrize(
    ("part", "whole", "share"), [(0, 0, 0.0), (1, 3, 33.3), (2, 3, 66.7), (4, 4, 100.0)]
)
def test_action_shares(part: int, whole: int, share: float) -> None:
    assert share_pct(part, whole) == share
