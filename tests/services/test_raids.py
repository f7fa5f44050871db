"""Stored raids are those of one walk over all violations, however late and split these came."""

from __future__ import annotations

import json
import random
from itertools import count
from typing import Any
from uuid import UUID

import pytest
from hypothesis import strategies as st

from adapters.database import Database
from domain.raids import RAID_SPAN_MS, Hit, find_raids
from domain.windows import HOUR_MS
from services.ingest.store import ingest_events
from services.snapshots.materialise import materialise_dirty
from tests.services import stored
from tests.services.events import violation
from tests.services.histories import NOW_MS, event_id
from tests.services.tried import tried

_guilds = count(10**17)
# The last hours before now; half a raid's span apart, on its edges, and about the full hour.
_steps = st.sampled_from([0, 1, 1_000, 60_000, RAID_SPAN_MS // 2, RAID_SPAN_MS, RAID_SPAN_MS + 1])
_clusters = st.tuples(
    st.integers(0, 6).map(lambda half_hours: half_hours * HOUR_MS // 2),
    st.lists(st.tuples(_steps, st.integers(1, 60)), min_size=8, max_size=15),
)


def _hits(guild_id: int, clusters: list[tuple[int, list[tuple[int, int]]]]) -> list[Any]:
    events: list[Any] = []
    for ago_ms, steps in clusters:
        time_ms = NOW_MS - 4 * HOUR_MS + ago_ms
        for step_ms, user_id in steps:
            time_ms += step_ms
            id: UUID = event_id(guild_id, len(events))
            events.append(violation(guild_id, time_ms, user_id, id=id))
    return events


def test_late_violations_leave_the_raids_of_one_walk(database: Database) -> None:
    tried(
        database,
        10,
        lambda **drawn: _are_of_one_walk(database, **drawn),
        clusters=st.lists(_clusters, min_size=1, max_size=2),
        parts=st.integers(1, 5),
        whole_stretches=st.booleans(),
        chance=st.randoms(use_true_random=False),
    )


def _are_of_one_walk(
    database: Database,
    clusters: list[tuple[int, list[tuple[int, int]]]],
    parts: int,
    whole_stretches: bool,
    chance: random.Random,
) -> None:
    guild_id = next(_guilds)
    events = _hits(guild_id, clusters)
    dealt: list[list[Any]] = [[] for _ in range(parts)]
    for place, event in enumerate(events):
        in_turn = place * parts // len(events)
        dealt[in_turn if whole_stretches else chance.randrange(parts)].append(event)
    chance.shuffle(dealt)
    for batch in dealt:
        ingest_events(database, batch, NOW_MS)
        materialise_dirty(database, stored.no_cache(), lambda: NOW_MS)
    walked = find_raids(
        sorted(
            (Hit(event.timestamp, str(event.id), event.user_id) for event in events),
            key=lambda hit: (hit.timestamp_ms, hit.violation_id),
        )
    )
    found = [
        (started, ended, number, tuple(json.loads(users)))
        for _, started, ended, number, users in stored.rows(database, "raids", [guild_id])
    ]
    assert found == [
        (raid.started_at_ms, raid.ended_at_ms, raid.violation_count, raid.user_ids)
        for raid in walked
    ]


@pytest.mark.parametrize("late", ["earlier half", "later half"])
def test_ten_within_five_minutes_over_a_full_hour(database: Database, late: str) -> None:
    """The shortest raid there is, as far apart as it may be, its halves in two hour buckets."""
    hour_ms = NOW_MS // HOUR_MS * HOUR_MS
    times = [hour_ms - RAID_SPAN_MS // 2] * 5 + [hour_ms + RAID_SPAN_MS // 2] * 5
    halves = (times[5:], times[:5]) if late == "earlier half" else (times[:5], times[5:])
    for batch in halves:
        assert stored.rows(database, "raids", [7]) == []
        ingest_events(database, [violation(7, time_ms) for time_ms in batch], NOW_MS)
        materialise_dirty(database, stored.no_cache(), lambda: NOW_MS)
    ((_, started_ms, ended_ms, number, users),) = stored.rows(database, "raids", [7])
    assert (started_ms, ended_ms, number, users) == (times[0], times[-1], 10, "[1]")


def test_a_late_violation_moves_the_start_of_its_raid(database: Database) -> None:
    def send(*times: int) -> list[tuple[int, int, int]]:
        ingest_events(database, [violation(7, NOW_MS + time) for time in times], NOW_MS)
        materialise_dirty(database, stored.no_cache(), lambda: NOW_MS)
        found = stored.rows(database, "raids", [7])
        return [(row[1] - NOW_MS, row[2] - NOW_MS, row[3]) for row in found]

    first, second = -2 * RAID_SPAN_MS, -RAID_SPAN_MS + 1
    assert send(*[second] * 10) == [(second, second, 10)]
    assert send(*[first] * 10) == [(first, first, 10), (second, second, 10)]
    assert send(first - 1) == [(first - 1, first, 11), (second, second, 10)]
    assert send(first - RAID_SPAN_MS) == [
        (first - RAID_SPAN_MS, first, 12),
        (second, second, 10),
    ]


def test_what_a_raid_used_is_not_used_again(database: Database) -> None:
    """Its tail and one more violation would be enough for another raid."""
    hits = [violation(7, NOW_MS - RAID_SPAN_MS), *(violation(7, NOW_MS) for _ in range(10))]
    for batch in (hits, [violation(7, NOW_MS + 1)]):
        ingest_events(database, batch, NOW_MS)
        materialise_dirty(database, stored.no_cache(), lambda: NOW_MS)
    ((_, started_ms, ended_ms, number, _),) = stored.rows(database, "raids", [7])
    assert (started_ms, ended_ms, number) == (NOW_MS - RAID_SPAN_MS, NOW_MS, 11)
