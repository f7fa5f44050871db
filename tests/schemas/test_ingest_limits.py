"""Bodies that are too much: nested, many, long; refused where the limit is, or read in steps."""

from __future__ import annotations

from typing import Any

import pytest

from schemas.events.body import (
    MAXIMUM_EVENTS,
    IngestBody,
    InvalidBody,
    UnreadableBody,
    read_json,
    read_ndjson,
)
from tests.schemas.bodies import NOW_MS, event_of, json_of, lines_of


@pytest.mark.parametrize("body", [b"[" * 200_000, b'{"events":' * 50_000, b'{"events": [' * 3_000])
def test_nesting_without_end_is_refused(body: bytes) -> None:
    with pytest.raises((UnreadableBody, InvalidBody)):
        read_json(body, NOW_MS)


def test_deep_nesting_inside_an_event_rejects_that_event() -> None:
    for depth in (500, 100_000):
        nested = b"[" * depth + b"]" * depth
        bad = lines_of(event_of())[:-1] + b', "deep": ' + nested + b"}"
        for read, body in (
            (read_ndjson, bad + b"\n" + lines_of(event_of())),
            (read_json, b'{"events": [' + bad + b"," + lines_of(event_of()) + b"]}"),
        ):
            try:
                found = read(body, NOW_MS)
            except UnreadableBody:
                assert read is read_json
            else:
                assert [one.index for one in found.rejected] == [0]
                assert found.indexes == [1]


def test_as_many_as_are_allowed_and_one_more() -> None:
    line = lines_of(event_of())
    assert len(read_ndjson((line + b"\n\n") * MAXIMUM_EVENTS, NOW_MS).events) == MAXIMUM_EVENTS
    events = b",".join([line] * (MAXIMUM_EVENTS + 1))
    for read, body in (
        (read_ndjson, (line + b"\n") * (MAXIMUM_EVENTS + 1)),
        (read_json, b'{"events": [' + events + b"]}"),
    ):
        with pytest.raises(InvalidBody) as refused:
            read(body, NOW_MS)
        assert refused.value.errors == {"events": ["at most 5000 events, not 5001"]}


def _pauses(read: Any, body: bytes) -> tuple[IngestBody, int]:
    pauses = 0

    def pause() -> None:
        nonlocal pauses
        pauses += 1

    return read(body, NOW_MS, pause=pause), pauses


def test_a_body_that_takes_long_is_read_in_steps() -> None:
    """Twenty events or so are explained at once, some thousand good ones are read."""
    bad = [event_of(severity="none") for _ in range(1_000)]
    read, pauses = _pauses(read_json, json_of(*bad))
    assert (len(read.rejected), pauses >= 50) == (1_000, True)
    read, pauses = _pauses(read_ndjson, lines_of(*(event_of() for _ in range(3_000))))
    assert (len(read.events), pauses >= 2) == (3_000, True)
    halves = lines_of(*(event_of(username="\ud83d" * 1_000) for _ in range(200)))
    read, pauses = _pauses(read_ndjson, halves)
    assert (len(read.rejected), pauses >= len(halves) // 2**17) == (200, True)


def test_a_long_event_is_not_looked_into() -> None:
    fields = {f"field_{number}": 1 for number in range(10_000)}
    for body, read in (
        (json_of(event_of(**fields)), read_json),
        (lines_of(event_of(**fields)), read_ndjson),
    ):
        [refused] = read(body, NOW_MS).rejected
        assert refused.errors == {"event": ["longer than 65536 bytes"]}


def test_of_many_errors_the_first_are_named() -> None:
    [refused] = read_ndjson(
        lines_of(event_of(**dict.fromkeys(map(str, range(50)), 1))), NOW_MS
    ).rejected
    assert len(refused.errors) == 20
    [refused] = read_ndjson(
        lines_of(event_of(**dict.fromkeys(map(str, range(90)), 1))), NOW_MS
    ).rejected
    assert refused.errors == {"event": ["has 96 fields, at most 64"]}


def test_more_parts_than_events_could_have() -> None:
    with pytest.raises(InvalidBody, match="with a list of events"):
        read_json(b'{"events": [' + b"1," * 200_000 + b"1]}", NOW_MS)
    with pytest.raises(InvalidBody, match="with a list of events"):
        read_ndjson(b"\n" * 60_000, NOW_MS)
