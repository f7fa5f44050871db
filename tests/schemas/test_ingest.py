"""Bodies of every kind of hostility: read in part, or refused in words, never an exception."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.clock import rfc3339
from domain.windows import DAY_MS, MINUTE_MS
from schemas.events.body import InvalidBody, UnreadableBody, read_json, read_ndjson
from tests.schemas.bodies import NOW_MS, errors_of, event_of, json_of, lines_of


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b" \n",
        b"{",
        b'{"events": [',
        b'{"events": []} {"events": []}',
        b"\xef\xbb\xbf" * 2 + b'{"events": []}',
        b"\xff\xfe",
        '{"events": []}'.encode("utf-16"),
        b'{"events": [nan]}',
        b'{"events": [{"a": 01}]}',
        b"\x00",
        b"\x1f\x8b\x08\x00",
    ],
)
def test_what_is_no_json_is_unreadable(body: bytes) -> None:
    with pytest.raises(UnreadableBody, match="the body is not JSON"):
        read_json(body, NOW_MS)


@pytest.mark.parametrize(
    "body",
    [b"[]", b"null", b"5", b'"events"', b"{}", b'{"events": {}}', b'{"events": null}'],
)
def test_json_of_another_shape_is_invalid(body: bytes) -> None:
    with pytest.raises(InvalidBody) as refused:
        read_json(body, NOW_MS)
    assert list(refused.value.errors) == ["events"]


def test_no_event_is_no_event() -> None:
    for found in (read_json(b'{"events": []}', NOW_MS), read_ndjson(b"\n \r\n", NOW_MS)):
        assert (found.events, found.rejected) == ([], [])


def test_good_events_stand_between_bad_ones() -> None:
    good = [event_of(), event_of()]
    events = [5, good[0], event_of(type="nothing"), None, good[1], event_of(guild_id="x"), []]
    for found in (read_json(json_of(*events), NOW_MS), read_ndjson(lines_of(*events), NOW_MS)):
        assert found.indexes == [1, 4]
        assert [str(event.id) for event in found.events] == [event["id"] for event in good]
        expected = {0: ["event"], 2: ["type"], 3: ["event"], 5: ["guild_id"], 6: ["event"]}
        assert errors_of(found) == expected
        ids = {one.index: one.id for one in found.rejected}
        assert ids[2] is not None
        assert ids[0] is ids[6] is None


def test_broken_lines_spoil_only_themselves() -> None:
    bad: list[bytes] = [
        b"{",
        b"\xff",
        b"{}{}",
        b'{"a": "\xed\xa0\x80"}',
        b"\xef\xbb\xbf{}",
        b"\x00",
    ]
    for line in bad:
        found = read_ndjson(b"\n".join([lines_of(event_of()), line, lines_of(event_of())]), NOW_MS)
        assert found.indexes == [0, 2], line
        assert [one.index for one in found.rejected] == [1]


MARK = b"\xef\xbb\xbf"


def test_a_byte_order_mark_costs_no_event() -> None:
    """In front, and where files were put together."""
    event = event_of()
    assert read_json(MARK + json_of(event), NOW_MS).indexes == [0]
    lines = MARK + lines_of(event, event_of()) + b"\n" + MARK + b"\n" + MARK + lines_of(event_of())
    assert read_ndjson(lines, NOW_MS).indexes == [0, 1, 2]


@pytest.mark.parametrize("read", [read_json, read_ndjson])
def test_utf_16_is_refused_by_name(read: Any) -> None:
    for encoding in ("utf-16-le", "utf-16-be"):
        text = ("\ufeff" + json_of(event_of()).decode()).encode(encoding)
        with pytest.raises(UnreadableBody, match="it is UTF-16: send UTF-8"):
            read(text, NOW_MS)


def test_nul_and_half_characters_are_rejected_where_they_are() -> None:
    names = [
        "a\0b",
        "\0",
        "\ud83d",
        "\ude00x",
        "x\udfff",
        "\ud83d\ud83d",
        "😀",
        "\\u0000",
        "\\ud83d",
    ]
    events = [event_of(username=name) for name in names]
    found = read_json(json_of(*events), NOW_MS)
    assert found.indexes == [6, 7, 8]
    assert [event.username for event in found.events] == names[6:]  # type: ignore[attr-defined]


@pytest.mark.parametrize("escape", [b"\\uD83D", b"\\ud83d", b"\\uDFFF", b"\\u0000"])
def test_escapes_are_seen_in_either_case(escape: bytes) -> None:
    body = json_of(event_of(username="HERE"), event_of()).replace(b"HERE", escape)
    assert read_json(body, NOW_MS).indexes == [1]


def test_of_a_key_given_twice_the_last_counts() -> None:
    body = json_of(event_of()).replace(b'"username": "ada"', b'"username": 5, "username": "bob"')
    (event,) = read_json(body, NOW_MS).events
    assert event.username == "bob"  # type: ignore[attr-defined]
    spoilt = json_of(event_of()).replace(b'"username": "ada"', b'"username": "ada", "username": 5')
    assert errors_of(read_json(spoilt, NOW_MS)) == {0: ["username"]}


def test_unknown_fields_are_named_or_ignored() -> None:
    inner = event_of(type="heartbeat", rate_limit={"limit": 1, "remaining": 1, "new": 1})
    del inner["user_id"], inner["username"]
    body = json.dumps({"events": [event_of(new=1), inner], "new": 1}).encode()
    with pytest.raises(InvalidBody, match="list of events"):
        read_json(body, NOW_MS)
    assert read_json(body, NOW_MS, ignore_unknown=True).indexes == [0, 1]
    assert errors_of(read_json(json_of(event_of(new=1), inner), NOW_MS)) == {
        0: ["new"],
        1: ["rate_limit"],
    }


def test_times_lie_within_thirty_days_back_and_five_minutes_ahead() -> None:
    edges = [-30 * DAY_MS - 1, -30 * DAY_MS, 0, 5 * MINUTE_MS, 5 * MINUTE_MS + 1]
    events = [event_of(timestamp=rfc3339(NOW_MS + edge)) for edge in edges]
    found = read_json(json_of(*events), NOW_MS)
    assert found.indexes == [1, 2, 3]
    assert errors_of(found) == {0: ["timestamp"], 4: ["timestamp"]}


def test_an_id_that_is_no_text_is_not_repeated() -> None:
    ids: tuple[object, ...] = (5, None, [], {}, 10**30)
    for id in ids:
        (rejection,) = read_json(json_of(event_of(id=id)), NOW_MS).rejected
        assert (rejection.id, list(rejection.errors)) == (None, ["id"])


def test_the_ways_of_writing_a_uuid_are_one_id() -> None:
    id = uuid4()
    found = read_json(
        json_of(*(event_of(id=text) for text in (str(id), id.hex, str(id).upper()))), NOW_MS
    )
    assert [event.id for event in found.events] == [UUID(int=id.int)] * 3


@settings(deadline=None, max_examples=300)
@given(body=st.binary(max_size=60) | st.text(max_size=40).map(str.encode))
def test_any_bytes_are_read_or_refused(body: bytes) -> None:
    for whole in (body, b'{"events": [' + body + b"]}", lines_of(event_of()) + b"\n" + body):
        for read in (read_json, read_ndjson):
            try:
                found = read(whole, NOW_MS)
            except (UnreadableBody, InvalidBody):
                continue
            else:
                assert all(one.errors for one in found.rejected)


@settings(deadline=None, max_examples=60)
@given(cut=st.integers(1, 400))
def test_a_body_that_broke_off_is_never_taken_for_a_whole_one(cut: int) -> None:
    body = json_of(event_of(id=str(UUID(int=1))), event_of(id=str(UUID(int=2))))
    with pytest.raises(UnreadableBody):
        read_json(body[: -min(cut, len(body))], NOW_MS)
