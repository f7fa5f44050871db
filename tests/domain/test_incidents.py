"""What makes an incident (docs/incidents.md): raids of each kind, and busy nights that are none."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.incident_hours import GAP_MS, LOOK_BACK_DAYS, Usual, echoes, usual_of
from domain.incidents import (
    FAST_MINIMUM,
    SLOW_MINIMUM,
    IncidentHit,
    bucket_seconds,
    find_incidents,
    is_over,
    run_start,
)
from domain.raids import Hit, find_raids
from domain.windows import DAY_MS, HOUR_MS, MINUTE_MS
from tests.domain.raid_kinds import (
    EVENING_MS,
    KINDS,
    MORNING_MS,
    Kind,
    busy_night,
    found_in,
    join_raid,
    ordinary,
)

SEED = 7


def _hits(times_ms: list[int], rule: int = 1, user_id: int | None = None) -> list[IncidentHit]:
    return [
        IncidentHit(
            timestamp_ms=at_ms,
            user_id=place % 7 if user_id is None else user_id,
            rule=rule,
            channel_id=5,
            action="warning",
        )
        for place, at_ms in enumerate(times_ms)
    ]


def _quiet(hour: int) -> Usual:
    return Usual()


def _spans(times_ms: list[int]) -> list[tuple[int, int, int]]:
    found = find_incidents(_hits(times_ms), _quiet)
    return [(one.started_ms, one.ended_ms, one.violation_count) for one in found]


@pytest.mark.parametrize(
    ("times_ms", "spans"),
    [
        ([], []),
        ([0] * (FAST_MINIMUM - 1), []),
        ([0] * FAST_MINIMUM, [(0, 0, 10)]),
        # It grows while the pace holds, however slowly it ends.
        ([0] * 10 + [GAP_MS, 2 * GAP_MS], [(0, 2 * GAP_MS, 12)]),
        ([0] * 10 + [GAP_MS + 1], [(0, 0, 10)]),
        # Ten that are no five minutes of ten are a busy hour; sixteen are a slow raid.
        ([place * 3 * MINUTE_MS for place in range(SLOW_MINIMUM - 1)], []),
        (
            [place * 3 * MINUTE_MS for place in range(SLOW_MINIMUM)],
            [(0, (SLOW_MINIMUM - 1) * 3 * MINUTE_MS, SLOW_MINIMUM)],
        ),
        # Two bursts a minute apart are one raid, six minutes apart two.
        ([0] * 34 + [MINUTE_MS] * 39, [(0, MINUTE_MS, 73)]),
        ([0] * 34 + [6 * MINUTE_MS] * 39, [(0, 0, 34), (6 * MINUTE_MS,) * 2 + (39,)]),
    ],
)
def test_the_edges_of_an_incident(times_ms: list[int], spans: list[tuple[int, int, int]]) -> None:
    assert _spans(times_ms) == spans


def test_bystanders_are_not_counted_in() -> None:
    raid = _hits([1_000 * place for place in range(40)])
    swearing = _hits([5_000, 30_000], rule=2, user_id=900)
    both = _hits([31_000], rule=2, user_id=3)  # of somebody who is part of it
    (one,) = find_incidents(sorted(raid + swearing + both), _quiet)
    assert (one.violation_count, one.bystander_violations) == (41, 2)
    assert [member.user_id for member in one.members] == [3, *(0, 1, 2, 4), 5, 6]
    assert one.rules == {1: 40, 2: 1}


def test_where_every_rule_is_another_all_are_members() -> None:
    hits = [
        IncidentHit(timestamp_ms=place, user_id=place, rule=place, channel_id=None, action="none")
        for place in range(12)
    ]
    (one,) = find_incidents(hits, _quiet)
    assert (len(one.members), one.bystander_violations) == (12, 0)


def test_what_a_busy_hour_brings_is_no_incident() -> None:
    """Ten in a minute: something in a quiet server, nothing where sixty an hour are usual."""
    burst = _hits([6_000 * place for place in range(10)])
    assert len(find_incidents(burst, _quiet)) == 1
    assert find_incidents(burst, lambda hour: Usual(60.0, 80)) == []


def test_what_is_usual_forgets_the_raids_of_the_last_weeks() -> None:
    hour = 10_000
    counts = {hour - 24 * day: 6 for day in range(1, 15)}
    usual = usual_of(counts, hour)
    assert usual.busy == 6
    raided = counts | {hour - 24 * 3: 500, hour - 24 * 8: 90}
    assert usual_of(raided, hour).busy == 6
    assert usual_of(raided, hour).per_hour == pytest.approx(usual.per_hour, rel=0.01)
    assert usual_of({}, hour) == Usual(0.0, 0)


@given(st.integers(0, 400), st.integers(1, 60), st.integers(0, 700))
def test_echoes_are_the_hours_that_look_back_at_a_change(first: int, long: int, last: int) -> None:
    changed = range(first, first + long)
    told = {hour for hours in echoes(changed, last) for hour in hours}
    looks = {
        hour
        for hour in range(last + 1)
        if any(
            hour - 24 * day + near in changed
            for day in range(1, LOOK_BACK_DAYS + 1)
            for near in (-1, 0, 1)
        )
    }
    assert told - set(changed) == looks - set(changed)


@settings(max_examples=200)
@given(st.lists(st.integers(0, 60).map(lambda step: step * MINUTE_MS // 2), max_size=80))
def test_each_incident_that_is_fast_has_its_major_event(times_ms: list[int]) -> None:
    hits = _hits(sorted(times_ms))
    raids = find_raids(Hit(hit.timestamp_ms, "", hit.user_id) for hit in hits)
    found = find_incidents(hits, _quiet)
    for raid in raids:
        assert any(
            one.from_ms <= raid.started_at_ms and raid.ended_at_ms <= one.until_ms for one in found
        )


@given(st.lists(st.integers(0, 3_000).map(lambda step: step * 1_000), max_size=60))
def test_a_run_starts_where_the_walk_starts_one(times_ms: list[int]) -> None:
    ordered = sorted(times_ms)
    start_ms = run_start(reversed(ordered), 3_000_000, _quiet)
    for before, after in zip(ordered, [*ordered[1:], 3_000_000], strict=False):
        if before >= start_ms:
            assert after - before <= GAP_MS
    assert start_ms == 3_000_000 or start_ms in ordered
    earlier = [at_ms for at_ms in ordered if at_ms < start_ms]
    assert not earlier or start_ms - earlier[-1] > GAP_MS


@pytest.mark.parametrize("long_ms", [0, 1, 60_000, 76_000, HOUR_MS, 9 * HOUR_MS, 20 * DAY_MS])
def test_the_pace_is_at_most_sixty_bars(long_ms: int) -> None:
    # One more than the width says, as the first bar begins before the incident does.
    assert long_ms // (bucket_seconds(long_ms) * 1000) + 2 <= 61


def test_it_is_over_five_minutes_after_its_last_moment() -> None:
    assert not is_over(0, 5 * MINUTE_MS)
    assert is_over(0, 5 * MINUTE_MS + 1)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
@pytest.mark.parametrize("at_ms", [EVENING_MS, MORNING_MS], ids=["evening", "morning"])
def test_raids_on_a_server_of_twenty_a_day_are_found_whole(kind: Kind, at_ms: int) -> None:
    chance = random.Random(SEED)
    raid = kind(chance, at_ms)
    found = [one for one in found_in(ordinary(chance, 20) + raid) if one.ended_ms >= at_ms]
    assert len(found) == 1
    members = {member.user_id for member in found[0].members}
    assert members >= {hit.user_id for hit in raid}


@pytest.mark.parametrize("per_day", [5, 20, 100])
def test_busy_nights_are_not_incidents(per_day: int) -> None:
    """Twice as much as on other evenings, after two weeks in which to learn what is usual."""
    chance = random.Random(SEED)
    for _ in range(2):
        hits = ordinary(chance, per_day) + busy_night(chance, per_day, 1)
        evening = [one for one in found_in(hits) if one.ended_ms >= EVENING_MS - HOUR_MS]
        assert evening == []


def test_a_raid_on_a_busy_evening_is_not_mixed_up_with_it() -> None:
    chance = random.Random(SEED)
    base = ordinary(chance, 400) + busy_night(chance, 400, 1)
    found = found_in(base + join_raid(chance, EVENING_MS + HOUR_MS))
    (one,) = [one for one in found if any(member.user_id >= 10_000 for member in one.members)]
    members = [member.user_id for member in one.members]
    assert sum(user_id >= 10_000 for user_id in members) == 24
    assert sum(user_id < 10_000 for user_id in members) <= 3
