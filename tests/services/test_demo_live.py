"""The invented present: believable rates, and every event such as the ingest route takes."""

from __future__ import annotations

from collections import Counter
from random import Random

import orjson
import pytest

from domain.clock import parse_rfc3339
from domain.windows import DAY_MS, HOUR_MS, MINUTE_MS
from schemas.events.body import read_json
from schemas.events.structs import (
    Event,
    HeartbeatEvent,
    MessagesEvent,
    ViolationEvent,
)
from services.demo.guild import demo_guild_id
from services.demo.live import DemoPresent, wire

NOW_MS = parse_rfc3339("2026-03-18T19:20:05.250Z")
STEP_MS = 3_000


def _rates(guilds: int, a_day: float = 1_500.0) -> dict[int, float]:
    return {demo_guild_id(1, index): a_day / (index + 1) for index in range(guilds)}


def _hour(guilds: int = 3, a_day: float = 1_500.0) -> list[Event]:
    present = DemoPresent(_rates(guilds, a_day), Random(5), NOW_MS)
    return [
        event
        for at_ms in range(NOW_MS + STEP_MS, NOW_MS + HOUR_MS + 1, STEP_MS)
        for event in present.until(at_ms)
    ]


def test_ingest_takes_every_event() -> None:
    events = [wire(event) for event in _hour()][:5_000]
    read = read_json(orjson.dumps({"events": events}), NOW_MS + HOUR_MS)
    assert read.rejected == []
    assert len(read.events) == len(events)


@pytest.mark.parametrize("a_day", [150.0, 900.0])
def test_as_many_violations_as_in_the_history(a_day: float) -> None:
    """A day's worth over a day, whatever the hour it begins at; most of it in the evenings."""
    present = DemoPresent(_rates(3, a_day), Random(5), NOW_MS)
    step_ms = MINUTE_MS
    hits = [
        event
        for at_ms in range(NOW_MS + step_ms, NOW_MS + 7 * DAY_MS, step_ms)
        for event in present.until(at_ms)
        if isinstance(event, ViolationEvent)
    ]
    expected = 7 * sum(_rates(3, a_day).values())
    assert 0.9 < len(hits) / expected < 1.1
    assert {hit.guild_id for hit in hits} == set(_rates(3))


def test_each_guild_beats_every_30_seconds_and_talks() -> None:
    events = _hour()
    beats = Counter(event.guild_id for event in events if isinstance(event, HeartbeatEvent))
    assert set(beats.values()) == {120}
    talk = {event.guild_id for event in events if isinstance(event, MessagesEvent)}
    assert talk == set(_rates(3))


def test_violations_are_as_rare_among_messages_as_in_the_history() -> None:
    events = _hour()
    messages = sum(event.count for event in events if isinstance(event, MessagesEvent))
    hits = sum(isinstance(event, ViolationEvent) for event in events)
    assert 0.5 <= 1000 * hits / messages <= 20


def test_after_a_long_pause_only_the_last_minute_is_made_up() -> None:
    present = DemoPresent(_rates(3), Random(5), NOW_MS)
    events = present.until(NOW_MS + 48 * HOUR_MS)
    assert min(event.timestamp for event in events) >= NOW_MS + 48 * HOUR_MS - MINUTE_MS
    assert len(events) < 100


def test_many_guilds_cost_little_each_time() -> None:
    present = DemoPresent(_rates(1_000), Random(5), NOW_MS)
    assert len(present.until(NOW_MS + STEP_MS)) >= 1_000  # the first heartbeats
    assert len(present.until(NOW_MS + 2 * STEP_MS)) < 200


def test_a_clock_that_goes_back_does_no_harm() -> None:
    present = DemoPresent(_rates(2), Random(5), NOW_MS)
    present.until(NOW_MS + STEP_MS)
    assert all(event.timestamp <= NOW_MS for event in present.until(NOW_MS))
