"""What people named, within lines of ours that are sent."""

from __future__ import annotations

from unicodedata import bidirectional

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.alert_words import channel_failed, report_failed
from domain.one_line import isolated, one_line

TURNING = ("R", "AL", "AN", "RLE", "RLO", "RLI", "LRE", "LRO", "LRI")


@pytest.mark.parametrize(
    ("named", "shown"),
    [
        ("ops", "ops"),
        ("Ops 🏳\u200d🌈 (night)", "Ops 🏳\u200d🌈 (night)"),
        ("mod\u202e", "mod"),
        ("two\nlines", "two lines"),
        ("שלום 1", "\u2068שלום 1\u2069"),
        ("\u2067left open", "left open"),
        ("\u200b", "(U+200B)"),
        ("\u3164\u2800", "(U+3164 U+2800)"),
        ("\u200d" * 5, "(U+200D U+200D U+200D …)"),
        ("", "(empty)"),
    ],
)
def test_a_name_is_seen_and_turns_nothing(named: str, shown: str) -> None:
    assert isolated(named) == shown


@given(st.text(max_size=40))
def test_whatever_is_named(text: str) -> None:
    shown = isolated(text)
    assert shown
    assert "\n" not in shown
    turns = [letter for letter in shown if bidirectional(letter) in TURNING]
    assert not turns or (shown[0], shown[-1]) == ("\u2068", "\u2069")
    assert shown.count("\u2068") == shown.count("\u2069") == bool(turns)
    assert isolated(one_line(shown)) == shown


def test_our_words_keep_their_order() -> None:
    told = channel_failed("ערוץ", "Slack", "gone")[0], report_failed("דוח", "Gone.")[0]
    assert told == (
        "The channel \u2068ערוץ\u2069 does not work",
        "The report \u2068דוח\u2069 failed",
    )
