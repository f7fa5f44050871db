"""What comes in over the socket: taken, or refused in words for the sender."""

from __future__ import annotations

from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.live import Position
from schemas.live_messages import Ping, Subscribe, Unsubscribe, parse_live_message

ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner),
    max_leaves=6,
)
OUR_WORDS = ("send a JSON object", "type is one of", "guild_id must be", "since must be")


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ({"type": "ping"}, Ping()),
        ({"type": "subscribe", "guild_id": "7"}, Subscribe(7, None)),
        ({"type": "subscribe", "guild_id": "7", "since": None}, Subscribe(7, None)),
        ({"type": "subscribe", "guild_id": "7", "since": "ab:3"}, Subscribe(7, Position("ab", 3))),
        ({"type": "unsubscribe", "guild_id": "7", "more": 1}, Unsubscribe(7)),
    ],
)
def test_what_is_one(said: dict[str, Any], message: object) -> None:
    assert parse_live_message(orjson.dumps(said)) == message


def refusal(text: bytes) -> str | None:
    try:
        parse_live_message(text)
    except ValueError as error:
        return str(error)
    return None


@given(ANYTHING, ANYTHING, st.sampled_from(["subscribe", "unsubscribe", "x", None, 7]))
def test_what_is_none_is_refused_in_our_words(guild: object, since: object, kind: object) -> None:
    said = refusal(orjson.dumps({"type": kind, "guild_id": guild, "since": since}))
    assert said is None or said.startswith(OUR_WORDS)


@given(st.binary(max_size=40) | ANYTHING.map(orjson.dumps))
def test_nothing_else_is_raised_by_anything(text: bytes) -> None:
    said = refusal(text)
    assert said is None or said.startswith(OUR_WORDS)
