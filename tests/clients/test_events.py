"""What the client lets through the server takes as it was meant; what it refuses, so would it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any
from uuid import RFC_4122, UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

import modwatch_client as client
from domain.clock import parse_rfc3339
from domain.windows import DAY_MS
from modwatch_client import InvalidEvent, clean, event_ids
from modwatch_client.event_ids import new_id
from modwatch_client.events import Event
from schemas.events.body import read_ndjson

NOW = datetime(2026, 3, 18, 10, 20, 5, 250_000, tzinfo=UTC)
NOW_MS = parse_rfc3339("2026-03-18T10:20:05.250Z")
BREACH = UUID("0c6b1f0e-52b5-4c0f-8d8d-0a8e6a3c9a10")

ANY = (
    st.none()
    | st.booleans()
    | st.integers(-5, 7)
    | st.integers()
    | st.sampled_from([10**6, 10**6 + 1, 3_600_000, 3_600_001, 2**63 - 1, 2**63])
    | st.text(st.characters(exclude_categories=[]), max_size=12)
    | st.sampled_from(["", "a" * 100, "a" * 101, "é" * 1000, "é" * 1001, "x\x00", "\ud83d", "12"])
    | st.sampled_from(["low", "ai", "pending", "automod", str(BREACH)])
)
VALID: dict[type[Event], dict[str, Any]] = {
    client.ViolationEvent: {
        "user_id": 41,
        "reason": "spam",
        "severity": "low",
        "detection_type": "ai",
        "action_taken": "Warning issued",
        "rule": "no spam",
        "message_id": 5,
        "channel_id": 6,
        "moderator_id": 7,
        "response_time_ms": 12,
        "content_hash": "ab",
    },
    client.MessagesEvent: {"count": 3, "response_time_ms_sum": 9, "response_time_count": 3},
    client.HeartbeatEvent: {"latency_ms": 42, "shard_id": 0},
    client.WarningEvent: {"user_id": 41, "level": 2, "kicked_before": False},
    client.AppealEvent: {
        "appeal_id": "a1",
        "violation_id": BREACH,
        "status": "pending",
        "resolved_by": 7,
    },
    client.GuildEvent: {"name": "Gärten", "icon": "ic", "owner_id": 1, "member_count": 9},
    client.UserEvent: {
        "user_id": 41,
        "username": "Ünal",
        "avatar": "av",
        "discriminator": "0001",
    },
}


@given(st.data())
def test_both_sides_agree(data: st.DataObject) -> None:
    """One field of a valid event replaced by anything."""
    kind = data.draw(st.sampled_from(list(VALID)))
    field = data.draw(st.sampled_from(["guild_id", *VALID[kind]]))
    value = data.draw(ANY)
    given: dict[str, Any] = {"guild_id": 1, "timestamp": NOW} | VALID[kind] | {field: value}
    made = attempted(kind, given)
    if isinstance(made, InvalidEvent):
        assert list(made.errors) == [field]
        return
    read = read_ndjson(made.json(), NOW_MS)
    assert read.rejected == []
    [event] = read.events
    assert event.id == made.id
    assert event.timestamp == NOW_MS
    stored = getattr(event, field)
    assert str(stored) == str(value)


def attempted(kind: type[Event], given: dict[str, Any]) -> Event | InvalidEvent:
    try:
        return kind(**given)
    except InvalidEvent as error:
        return error


REFUSED: list[tuple[type[Event], str, Any]] = [
    (client.ViolationEvent, "guild_id", 0),
    (client.ViolationEvent, "guild_id", True),
    (client.ViolationEvent, "guild_id", "١٢"),
    (client.ViolationEvent, "user_id", 2**63),
    (client.ViolationEvent, "user_id", None),
    (client.ViolationEvent, "reason", ""),
    (client.ViolationEvent, "reason", "a" * 1001),
    (client.ViolationEvent, "reason", "half \ud83d"),
    (client.ViolationEvent, "severity", "critical"),
    (client.ViolationEvent, "response_time_ms", 1.5),
    (client.ViolationEvent, "id", "no uuid"),
    (client.MessagesEvent, "count", 0),
    (client.MessagesEvent, "count", True),
    (client.HeartbeatEvent, "rate_limit", {"limit": 1}),
    (client.WarningEvent, "level", 6),
    (client.WarningEvent, "kicked_before", 1),
    (client.AppealEvent, "violation_id", "1"),
    (client.UserEvent, "username", ""),
    (client.GuildEvent, "timestamp", datetime(2026, 3, 18)),
]


@pytest.mark.parametrize(("kind", "field", "value"), REFUSED)
def test_refused_at_the_call(kind: type[Event], field: str, value: Any) -> None:
    with pytest.raises(InvalidEvent, match=field) as caught:
        kind(**({"guild_id": 1} | VALID[kind] | {field: value}))
    assert list(caught.value.errors) == [field]


def test_every_wrong_field_is_named() -> None:
    with pytest.raises(InvalidEvent) as caught:
        client.WarningEvent(guild_id=0, user_id=0, level=9)
    assert set(caught.value.errors) == {"guild_id", "user_id", "level"}


def test_times_are_sent_in_utc() -> None:
    moment = datetime.fromisoformat("2026-03-18T11:20:05.250999+01:00")
    event = client.GuildEvent(guild_id=1, timestamp=moment)
    assert b'"timestamp":"2026-03-18T10:20:05.250Z"' in event.json()


def test_a_new_event_is_of_now_and_has_an_id_of_its_own() -> None:
    one, other = client.GuildEvent(guild_id=1), client.GuildEvent(guild_id=1)
    assert one.id != other.id
    assert abs(one.timestamp - datetime.now(UTC)) < timedelta(minutes=1)


@given(st.text(st.characters(exclude_categories=[])), st.integers(1, 50))
def test_cleaned_text_can_be_sent(said: str, highest: int) -> None:
    cleaned = clean("." + said, highest)
    assert len(cleaned) <= highest
    client.UserEvent(guild_id=1, user_id=1, username=cleaned)
    if said.isascii() and "\x00" not in said:
        assert cleaned == ("." + said)[:highest]


def test_ids_grow_also_within_a_millisecond_and_on_a_clock_set_back(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clock = SimpleNamespace(time_ns=lambda: NOW_MS * 1_000_000)
    monkeypatch.setattr(event_ids, "time", clock)
    made = [new_id() for _ in range(10_000)]  # more than the count within a millisecond takes
    clock.time_ns = lambda: (NOW_MS - DAY_MS) * 1_000_000
    made += [new_id() for _ in range(3)]
    assert made == sorted(set(made))
    assert {(each.version, each.variant) for each in made} == {(7, RFC_4122)}


def test_ids_of_threads_differ() -> None:
    with ThreadPoolExecutor(8) as threads:
        made = list(threads.map(lambda _: new_id(), range(4_000)))
    assert len(set(made)) == 4_000
