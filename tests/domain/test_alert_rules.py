"""formulas.md, "Alerts", and the resolve rules at every allowed threshold."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.alert_rules import (
    CALM_AFTER_MS,
    Breach,
    Condition,
    find_breaches,
    health_condition,
    offline_condition,
    rate_limit_condition,
    reaches,
)
from domain.messages import Priority

GOOD, BAD, NONE = Condition.GOOD, Condition.BAD, Condition.NONE


@pytest.mark.parametrize(
    ("score", "limited", "threshold", "before", "condition"),
    [
        (49, False, 50, GOOD, BAD),
        (50, False, 50, GOOD, GOOD),
        (54, False, 50, BAD, BAD),
        (55, False, 50, BAD, GOOD),
        (54, False, 50, NONE, GOOD),
        (49, False, 50, NONE, BAD),
        (0, True, 50, BAD, NONE),
        (99, False, 98, BAD, BAD),
        (100, False, 98, BAD, GOOD),
        (99, False, 100, GOOD, BAD),
        (100, False, 100, BAD, GOOD),
        (0, False, 0, GOOD, GOOD),
        (4, False, 0, BAD, BAD),
        (5, False, 0, BAD, GOOD),
    ],
)
def test_health(
    score: int, limited: bool, threshold: int, before: Condition, condition: Condition
) -> None:
    assert health_condition(score, limited, threshold, before) is condition


@pytest.mark.parametrize(
    ("limit", "remaining", "threshold", "before", "condition"),
    [
        (50, 4, 10, GOOD, BAD),
        (50, 5, 10, GOOD, GOOD),
        (50, 10, 10, BAD, BAD),
        (50, 11, 10, BAD, GOOD),
        (50, 11, 10, NONE, GOOD),
        (50, 49, 50, BAD, BAD),
        (50, 50, 50, BAD, GOOD),
        (50, 49, 100, GOOD, BAD),
        (50, 50, 100, BAD, GOOD),
    ],
)
def test_rate_limit(
    limit: int, remaining: int, threshold: int, before: Condition, condition: Condition
) -> None:
    assert rate_limit_condition(100 * remaining / limit, threshold, before) is condition


@given(st.integers(0, 100), st.integers(1, 100))
def test_whatever_fires_can_also_resolve(health: int, rate_limit: int) -> None:
    assert health_condition(100, False, health, BAD) is GOOD
    assert rate_limit_condition(100.0, rate_limit, BAD) is GOOD


@given(st.integers(0, 100), st.integers(0, 100), st.sampled_from(Condition))
def test_the_band_keeps_what_was(score: int, threshold: int, before: Condition) -> None:
    once = health_condition(score, False, threshold, before)
    assert health_condition(score, False, threshold, once) is once


@pytest.mark.parametrize(
    ("last_received", "listening_since", "now", "before", "condition"),
    [
        (None, 0, 10**9, NONE, NONE),
        (0, 0, 299_999, GOOD, GOOD),
        (0, 0, 300_000, GOOD, BAD),
        (1_000_000, 0, 1_200_000, BAD, GOOD),
        # We were away, and have listened again for two minutes only: that says nothing.
        (0, 1_200_000, 1_320_000, GOOD, GOOD),
        (0, 1_200_000, 1_320_000, BAD, BAD),
        (0, 1_200_000, 1_500_000, GOOD, BAD),
    ],
)
def test_offline(
    last_received: int | None,
    listening_since: int,
    now: int,
    before: Condition,
    condition: Condition,
) -> None:
    assert offline_condition(last_received, listening_since, 300, now, before) is condition


def test_a_breach_is_reached_by_the_nth_violation() -> None:
    times = [0, 10_000, 20_000, 60_000]
    assert find_breaches(times, 4, 60) == [Breach(0, 60_000, 60_000, 4)]
    assert find_breaches([*times[:3], 60_001], 4, 60) == []


def test_breaches_close_to_each_other_are_one() -> None:
    first, gap = [0, 0, 1000], CALM_AFTER_MS - 1
    near = find_breaches([*first, 1000 + gap, 1000 + gap, 1000 + gap], 3, 60)
    assert [(breach.reached_ms, breach.ended_ms) for breach in near] == [(1000, 1000 + gap)]
    far = find_breaches([*first, *[1000 + CALM_AFTER_MS] * 3], 3, 60)
    assert len(far) == 2


@given(st.lists(st.integers(0, 600).map(lambda second: second * 1000)), st.integers(2, 12))
def test_there_is_a_breach_where_a_window_is_full(times: list[int], minimum: int) -> None:
    times.sort()
    full = [
        last
        for first, last in zip(times, times[minimum - 1 :], strict=False)
        if last - first <= 60_000
    ]
    found = find_breaches(times, minimum, 60)
    assert bool(found) == bool(full)
    if full:
        assert found[0].reached_ms == full[0]
        assert found[-1].ended_ms == full[-1]
        inside = sum(any(b.began_ms <= ms <= b.ended_ms for b in found) for ms in times)
        assert sum(breach.count for breach in found) <= inside


def test_priorities_in_their_order() -> None:
    assert reaches(Priority.CRITICAL, Priority.HIGH)
    assert reaches(Priority.HIGH, Priority.HIGH)
    assert not reaches(Priority.LOW, Priority.MEDIUM)
