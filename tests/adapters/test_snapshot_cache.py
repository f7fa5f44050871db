"""Snapshots in Redis: what comes out is what went in, and an older one never covers a newer."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from adapters.redis.link import RedisLink
from adapters.redis.snapshot_cache import CHANNEL, TTL_MS, Announced, SnapshotCache, announced
from domain.snapshot import SPANS, Kind, Snapshot, cache_key
from domain.spans import Span
from tests.servers.valkey import Valkey

MADE = Snapshot(
    guild_id=7,
    kind=Kind.METRICS,
    span=Span.DAY,
    body=b'{"a":1}',
    version=3,
    as_of_ms=1_000,
    changed_ms=900,
    slides_at_ms=5_000,
    holds_data=True,
)
KEY = (MADE.guild_id, MADE.kind, MADE.span)
moments = st.integers(0, 2**53)


@pytest.fixture
def cache(valkey: Valkey) -> SnapshotCache:
    return SnapshotCache(RedisLink(valkey.url))


def test_what_is_not_there_is_none(cache: SnapshotCache) -> None:
    assert cache.get(*KEY) is None


@settings(
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    body=st.binary(max_size=50),
    version=st.integers(0, 2**53),
    as_of_ms=moments,
    changed_ms=moments,
    slides_at_ms=st.none() | st.integers(1, 2**53),
    holds_data=st.booleans(),
    guild_id=st.integers(1, 2**63 - 1),
)
def test_what_comes_out_is_what_went_in(cache: SnapshotCache, **fields: Any) -> None:
    one = replace(MADE, **fields)
    assert cache.put([one])
    found = cache.get(one.guild_id, one.kind, one.span)
    assert found is not None
    assert found.version >= one.version
    if found.version == one.version:
        assert found == one


def test_every_kind_and_span_has_a_place_of_its_own(cache: SnapshotCache) -> None:
    all_kinds = [(kind, span) for kind in Kind for span in SPANS[kind]]
    made = [
        replace(MADE, kind=kind, span=span, body=f'{{"n":{number}}}'.encode())
        for number, (kind, span) in enumerate(all_kinds)
    ]
    assert cache.put(made)
    assert [cache.get(7, kind, span) for kind, span in all_kinds] == made
    assert len({cache_key(7, kind, span) for kind, span in all_kinds}) == len(all_kinds)


def test_an_older_one_does_not_cover_a_newer(cache: SnapshotCache) -> None:
    older, same = replace(MADE, version=2), replace(MADE, as_of_ms=2_000)
    cache.put([MADE])
    cache.put([older])
    assert cache.get(*KEY) == MADE
    cache.put([same])  # unchanged, but made anew
    assert cache.get(*KEY) == same


def test_an_entry_lasts_five_minutes(cache: SnapshotCache, valkey: Valkey) -> None:
    cache.put([MADE])
    with valkey.client() as client:
        left_ms: Any = client.pttl(f"2:one:{cache_key(*KEY)}")
    assert 0 < left_ms <= TTL_MS == 300_000


def test_more_than_one_batch(cache: SnapshotCache) -> None:
    made = [replace(MADE, guild_id=guild_id) for guild_id in range(1, 1_202)]
    assert cache.put(made)
    assert all(cache.get(one.guild_id, one.kind, one.span) == one for one in made)


def test_it_says_whether_redis_has_them(cache: SnapshotCache, valkey: Valkey) -> None:
    valkey.stop()
    assert not cache.put([MADE])
    cache.announce([7])
    assert SnapshotCache(RedisLink(None)).put([MADE])  # there is no Redis to be behind
    valkey.start()


def test_changes_are_announced(cache: SnapshotCache, valkey: Valkey) -> None:
    with valkey.client() as client, client.pubsub() as channel:
        channel.subscribe(CHANNEL)
        assert channel.get_message(timeout=60)["type"] == "subscribe"
        cache.announce({9, 7, 8})
        news = channel.get_message(timeout=60)["data"]
    assert announced(news) == Announced([7, 8, 9])
