"""The quick way in and the way with messages take the same events and understand them alike."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from marshmallow import EXCLUDE, ValidationError

from domain.clock import parse_rfc3339
from schemas.events.fields import SCHEMAS, load_event
from schemas.events.structs import Event, decode_event

ID = "5f0c2a52-6c0e-4a44-9d26-9ad3a2a3e6e1"
COMMON = {"id": ID, "guild_id": "123456789012345678", "timestamp": "2026-01-27T10:00:00.000Z"}
FULL: dict[str, dict[str, Any]] = {
    "violation": {
        "user_id": "7",
        "reason": "spam",
        "severity": "high",
        "detection_type": "ai",
        "action_taken": "Warned",
        "rule": "no spam",
        "message_id": "8",
        "channel_id": "9",
        "channel_name": "general",
        "moderator_id": "10",
        "response_time_ms": 250,
        "content_hash": "ab",
    },
    "messages": {"count": 5, "response_time_ms_sum": 100, "response_time_count": 2},
    "heartbeat": {
        "latency_ms": 40,
        "shard_id": 0,
        "rate_limit": {"limit": 50, "remaining": 5, "reset_after_ms": 100},
    },
    "warning": {"user_id": "7", "level": 2, "kicked_before": True},
    "appeal": {
        "appeal_id": "a",
        "violation_id": ID,
        "status": "approved",
        "resolved_by": "7",
        "text": "no",
    },
    "guild": {"name": "G", "icon": "abc", "owner_id": "7", "member_count": 4},
    "user": {"user_id": "7", "username": "ada", "avatar": "a_b", "discriminator": "0"},
}
_any_text = st.text(st.characters(exclude_categories=()), max_size=4)
_lengths = st.sampled_from([10, 11, 100, 101, 128, 129, 1000, 1001])
_texts = st.one_of(
    _any_text,
    st.tuples(st.sampled_from(["x", "é", "😀"]), _lengths).map(lambda pair: pair[0] * pair[1]),
    st.sampled_from(["", "0", "007", "-1", "+1", "1_0", " 1", "١", "9223372036854775807"]),
    st.sampled_from(["9223372036854775808", "18446744073709551615", "low", "LOW", "null", "true"]),
    st.sampled_from([ID.upper(), ID.replace("-", ""), f"urn:uuid:{ID}", f"{{{ID}}}", f" {ID}"]),
    st.sampled_from(["2026-01-27t10:00:00z", "2026-01-27T10:00:00+01:00", "2026-01-27", "now"]),
)
_numbers = st.one_of(
    st.sampled_from([0, -1, 1, 5, 6, 100_000, 100_001, 1_000_000, 1_000_001, 3_600_000, 3_600_001]),
    st.sampled_from([2**31, 2**53 + 1, 2**63 - 1, 2**63, -(2**63) - 1, 10**30, 10**400]),
    st.floats(allow_nan=False, allow_infinity=False),
)
_scalars = st.one_of(st.none(), st.booleans(), _numbers, _texts)
_values = st.recursive(
    _scalars, lambda inner: st.lists(inner, max_size=2) | st.dictionaries(_texts, inner, max_size=2)
)


@st.composite
def _events(draw: st.DrawFn) -> dict[str, Any]:
    """A whole event with some fields left out, spoilt or added, inside `rate_limit` as well."""
    kind = draw(st.sampled_from(sorted(FULL)))
    event = {"type": kind, **COMMON, **json.loads(json.dumps(FULL[kind]))}
    _spoil(draw, event)
    if isinstance(inner := event.get("rate_limit"), dict):
        _spoil(draw, inner)
    return event


def _spoil(draw: st.DrawFn, fields: dict[str, Any]) -> None:
    if not fields:
        return
    for name in draw(st.lists(st.sampled_from(sorted(fields)), max_size=3)):
        if draw(st.booleans()):
            fields[name] = draw(_values)
        else:
            fields.pop(name, None)
    if draw(st.integers(0, 9)) == 9:
        fields[draw(_texts)] = draw(_values)


def _quick(raw: bytes) -> Event | None:
    try:
        return decode_event(raw)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None


def _careful(raw: bytes) -> Event | None:
    try:
        return load_event(msgspec.json.decode(raw))
    except (ValidationError, msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None


@settings(deadline=None, max_examples=800)
@given(event=_events())
def test_both_ways_agree(event: dict[str, Any]) -> None:
    raw = json.dumps(event).encode()
    careful = _careful(raw)
    if b"\\u0000" not in raw:  # such bodies are read the careful way alone
        assert _quick(raw) == careful
    assert "\0" not in repr(careful)


@settings(deadline=None, max_examples=200)
@given(event=_values)
def test_both_ways_refuse_what_is_no_event(event: object) -> None:
    raw = json.dumps(event).encode()
    assert _quick(raw) is None
    assert _careful(raw) is None


@pytest.mark.parametrize("kind", sorted(FULL))
def test_every_field_arrives_both_ways(kind: str) -> None:
    event = {"type": kind, **COMMON, **FULL[kind]}
    quick = decode_event(json.dumps(event).encode())
    assert quick == load_event(event)
    assert quick.timestamp == parse_rfc3339(COMMON["timestamp"])
    assert all(getattr(quick, name) is not None for name in FULL[kind])
    assert set(SCHEMAS[kind].fields) == set(event)


@pytest.mark.parametrize("kind", sorted(FULL))
def test_fields_of_the_future_can_be_ignored(kind: str) -> None:
    event = {"type": kind, **COMMON, **FULL[kind]}
    later = {
        name: one | {"new": 1} if isinstance(one, dict) else one for name, one in event.items()
    }
    assert load_event(later | {"new": {"deep": []}}, unknown=EXCLUDE) == load_event(event)
    with pytest.raises(ValidationError) as refused:
        load_event(event | {"new": 1})
    assert refused.value.messages == {"new": ["Unknown field."]}


@pytest.mark.parametrize(
    ("kind", "name", "value"),
    [
        ("warning", "kicked_before", 1),
        ("warning", "kicked_before", 0.0),
        ("warning", "kicked_before", "true"),
        ("warning", "level", True),
        ("warning", "level", 2.0),
        ("warning", "level", "2"),
        ("warning", "level", 6),
        ("messages", "count", 0),
        ("messages", "count", 10**400),
        ("violation", "user_id", 7),
        ("violation", "user_id", "0"),
        ("violation", "user_id", "٣"),
        ("violation", "user_id", "9223372036854775808"),
        ("violation", "reason", ""),
        ("violation", "reason", "half \ud83d"),
        ("violation", "reason", "nul \0"),
        ("violation", "severity", "HIGH"),
        ("violation", "timestamp", 1769508000000),
        ("violation", "timestamp", "2026-01-27T10:00:00"),
        ("violation", "id", f"urn:uuid:{ID}"),
        ("violation", "id", ID.replace("5f", "5_", 1)),
        ("appeal", "violation_id", f"{{{ID}}}"),
        ("appeal", "violation_id", "١" * 32),
        ("heartbeat", "rate_limit", {"limit": 0, "remaining": 0}),
        ("heartbeat", "rate_limit", []),
    ],
)
def test_what_looks_alike_is_refused_with_the_name_of_the_field(
    kind: str, name: str, value: object
) -> None:
    event = {"type": kind, **COMMON, **FULL[kind], name: value}
    with pytest.raises(ValidationError) as refused:
        load_event(event)
    assert list(refused.value.messages) == [name]
