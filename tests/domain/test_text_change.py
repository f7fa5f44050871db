"""Of long texts only what differs is written down, and of that not too much."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from domain.text_change import SHOWN_CHARACTERS, WHOLE_CHARACTERS, text_change

LONG = "Be kind. " * 2_000


def test_short_texts_are_whole() -> None:
    assert text_change(None, "Be kind.") == {"before": None, "after": "Be kind."}
    assert text_change("a", None) == {"before": "a", "after": None}


def test_of_long_ones_what_differs_and_some_of_what_is_around() -> None:
    changed = LONG[:9_000] + "No spoilers. " + LONG[9_000:]
    told = text_change(LONG, changed)
    assert "No spoilers. " in told["after"]
    assert told["after"].startswith("…")
    assert told["after"].endswith("…")
    assert len(told["after"]) < 150
    assert (told["length_before"], told["length_after"]) == (len(LONG), len(LONG) + 13)


def test_the_parts_are_those_that_differ() -> None:
    told = text_change("x" * 600 + "a" + "y" * 600, "x" * 600 + "b" + "y" * 600)
    assert told["before"] == "…" + "x" * 40 + "a" + "y" * 40 + "…"
    assert told["after"] == "…" + "x" * 40 + "b" + "y" * 40 + "…"


@given(st.text(max_size=30), st.text(max_size=30), st.integers(0, 400), st.integers(0, 400))
def test_it_is_never_long(before: str, after: str, times: int, others: int) -> None:
    told = text_change(before * times, after * others)
    most = max(WHOLE_CHARACTERS, SHOWN_CHARACTERS + 2)
    assert max(len(told["before"]), len(told["after"])) <= most


def test_texts_without_anything_in_common_are_cut() -> None:
    told = text_change("a" * 20_000, "b" * 20_000)
    assert told["before"] == "a" * SHOWN_CHARACTERS + "…"
    assert told["after"] == "b" * SHOWN_CHARACTERS + "…"
