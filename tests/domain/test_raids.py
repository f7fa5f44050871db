"""formulas.md, "Major events": the walk, and the restart lemma that late events rely on."""

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.raids import RAID_MINIMUM, RAID_SPAN_MS, Hit, Raid, find_raids, restart_at

# A coarse grid, so that equal timestamps and gaps of exactly the span are common.
STEP_MS = RAID_SPAN_MS // 5
TIMES_MS = st.integers(0, 30).map(lambda step: step * STEP_MS)
# Many draws are dense, or raids would be rare and their edges untried.
TIME_LISTS = st.one_of(
    st.lists(TIMES_MS, max_size=120), st.lists(TIMES_MS, min_size=60, max_size=120)
)


def _hits(times_ms: list[int], prefix: str = "v", users: int = 7) -> list[Hit]:
    hits = [Hit(ms, f"{prefix}{i:04}", i % users) for i, ms in enumerate(times_ms)]
    return _in_order(hits)


def _in_order(hits: list[Hit]) -> list[Hit]:
    return sorted(hits, key=lambda hit: (hit.timestamp_ms, hit.violation_id))


def _walk(hits: list[Hit]) -> list[Raid]:
    """The rule word for word, in quadratic time."""
    raids: list[Raid] = []
    first = 0
    while first < len(hits):
        start_ms = hits[first].timestamp_ms
        taken = [hit for hit in hits[first:] if hit.timestamp_ms - start_ms <= RAID_SPAN_MS]
        if len(taken) < RAID_MINIMUM:
            first += 1
            continue
        users = tuple(dict.fromkeys(hit.user_id for hit in taken))[:50]
        raids.append(Raid(start_ms, taken[-1].timestamp_ms, len(taken), users))
        first += len(taken)
    return raids


@given(TIME_LISTS)
def test_one_pass_finds_what_the_walk_finds(times_ms: list[int]) -> None:
    hits = _hits(times_ms)
    assert find_raids(iter(hits)) == _walk(hits)


@settings(max_examples=300)
@given(TIME_LISTS, st.lists(TIMES_MS, min_size=1, max_size=20), st.sets(st.integers(0, 119)))
def test_restarting_gives_what_a_walk_from_the_very_start_gives(
    times_ms: list[int], late_ms: list[int], erased: set[int]
) -> None:
    changed_from_ms = min(late_ms)
    before = _hits(times_ms)
    gone = {i for i in erased if i < len(before) and before[i].timestamp_ms >= changed_from_ms}
    stayed = [hit for i, hit in enumerate(before) if i not in gone]
    # Named to sort before and after the hits they share a timestamp with.
    half = len(late_ms) // 2
    after = _in_order(stayed + _hits(late_ms[:half], "a") + _hits(late_ms[half:], "z"))

    stored = find_raids(before)
    restart_ms = restart_at(stored, changed_from_ms)
    kept = [raid for raid in stored if raid.ended_at_ms < restart_ms]
    again = find_raids(hit for hit in after if hit.timestamp_ms >= restart_ms)
    assert kept + again == find_raids(after)


@given(TIME_LISTS, TIMES_MS)
def test_only_the_raids_of_two_spans_back_matter(times_ms: list[int], changed_from_ms: int) -> None:
    stored = find_raids(_hits(times_ms))
    near_ms = changed_from_ms - 2 * RAID_SPAN_MS
    near = [raid for raid in stored if raid.started_at_ms >= near_ms]
    assert restart_at(near, changed_from_ms) == restart_at(stored, changed_from_ms)
    assert restart_at(stored, changed_from_ms) <= changed_from_ms


@given(TIME_LISTS)
def test_a_gap_separates_independent_clusters(times_ms: list[int]) -> None:
    hits = _hits(times_ms)
    cuts = [
        i + 1
        for i, (one, other) in enumerate(pairwise(hits))
        if other.timestamp_ms - one.timestamp_ms > RAID_SPAN_MS
    ]
    clusters = [hits[i:j] for i, j in pairwise([0, *cuts, len(hits)])]
    assert [raid for cluster in clusters for raid in find_raids(cluster)] == find_raids(hits)


@pytest.mark.parametrize(
    ("times_ms", "found"),
    [
        ([], []),
        ([0] * 9, []),
        ([0] * 10, [(0, 0, 10)]),
        ([0] * 9 + [RAID_SPAN_MS], [(0, RAID_SPAN_MS, 10)]),
        ([0] * 9 + [RAID_SPAN_MS + 1], []),
        ([0] * 10 + [RAID_SPAN_MS], [(0, RAID_SPAN_MS, 11)]),
        ([0] * 10 + [RAID_SPAN_MS + 1], [(0, 0, 10)]),
        # The first stands too early; one step further they are ten.
        ([0] + [1] * 9 + [RAID_SPAN_MS + 1], [(0, 1, 10)]),
        ([0] + [2] * 8 + [RAID_SPAN_MS + 1] * 2, [(2, RAID_SPAN_MS + 1, 10)]),
        # What a raid used cannot start another.
        ([0] * 15 + [RAID_SPAN_MS + 1] * 9, [(0, 0, 15)]),
        ([0] * 10 + [RAID_SPAN_MS + 1] * 10, [(0, 0, 10), (RAID_SPAN_MS + 1,) * 2 + (10,)]),
    ],
)
def test_the_edges_of_a_raid(times_ms: list[int], found: list[tuple[int, int, int]]) -> None:
    raids = find_raids(_hits(times_ms))
    told = [(raid.started_at_ms, raid.ended_at_ms, raid.violation_count) for raid in raids]
    assert told == found


def test_at_most_fifty_users_are_named_in_order_of_appearance() -> None:
    (raid,) = find_raids(_hits([0] * 200, users=80))
    assert raid.violation_count == 200
    assert raid.user_ids == tuple(range(50))
    (small,) = find_raids(Hit(0, f"{i:02}", 9 - i % 3) for i in range(10))
    assert small.user_ids == (9, 8, 7)


@pytest.mark.parametrize(
    ("started_at_ms", "ended_at_ms", "restart_ms"),
    [
        # Started before the reach and ended inside it: read on just after its end.
        (699_999, 900_000, 900_001),
        (699_999, 700_000, 700_001),
        # Started before the reach and ended before it: nothing of it is read again.
        (600_000, 699_998, 700_000),
        # Its span touches the change, so it is walked again.
        (700_000, 900_000, 700_000),
    ],
)
def test_where_to_restart(started_at_ms: int, ended_at_ms: int, restart_ms: int) -> None:
    stored = [Raid(started_at_ms, ended_at_ms, 10, (1,))]
    assert restart_at(stored, 1_000_000) == restart_ms


def test_without_raids_the_restart_is_one_span_back() -> None:
    assert restart_at([], 1_000_000) == 700_000
