"""Where a bot would count as silent between two of its own heartbeats, the preferences say so."""

from __future__ import annotations

from itertools import permutations
from uuid import UUID

import pytest

from domain.member_state import HeartbeatState
from tests.api.test_preference_addresses import kept, put
from tests.parts import GUILD, NOW_MS, Web, event, ingest

MINUTE_MS = 60_000


def beat(web: Web, minute: int, shard_id: int = 0) -> None:
    at_ms = NOW_MS + minute * MINUTE_MS
    ingest(web.bot(), event("heartbeat", timestamp_ms=at_ms, shard_id=shard_id))


def test_the_warning_follows_threshold_and_heartbeats(web: Web) -> None:
    assert (kept(web)["heartbeat_interval_s"], kept(web)["warnings"]) == (None, [])
    for minute in (-10, -6, -2):
        beat(web, minute)
    (words,) = kept(web)["warnings"]
    assert "every 240 seconds: with fewer than 720 seconds" in words
    assert kept(web)["heartbeat_interval_s"] == 240
    assert put(web, thresholds={"bot_offline_s": 719})[1]["warnings"] == [words]
    assert put(web, thresholds={"bot_offline_s": 720})[1]["warnings"] == []
    beat(web, -5)  # late: it came between two that are known
    assert kept(web)["heartbeat_interval_s"] == 180
    for minute in (-3, -2):  # of two shards the one that speaks more often
        beat(web, minute, shard_id=1)
    assert kept(web)["heartbeat_interval_s"] == 60


@pytest.mark.parametrize("order", list(permutations(range(4))))
def test_the_last_two_times_are_the_same_in_any_order(order: tuple[int, ...]) -> None:
    times = [NOW_MS, NOW_MS, NOW_MS - 1, NOW_MS - 5]  # two at once are no interval
    states = [
        HeartbeatState(
            guild_id=GUILD,
            shard_id=0,
            timestamp_ms=times[place],
            event_id=UUID(int=place),
            latency_ms=None,
            rate_limit=None,
            rate_limit_remaining=None,
            rate_limit_reset_after_ms=None,
        )
        for place in order
    ]
    merged = states[0]
    for state in states[1:]:
        merged.merge(state)
    assert (merged.timestamp_ms, merged.previous_ms) == (NOW_MS, NOW_MS - 1)
