"""formulas.md, "Normalising an action"."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.actions import Action, normalise_action


@pytest.mark.parametrize(
    ("text", "action"),
    [
        ("warning", Action.WARNING),
        ("Warned the user", Action.WARNING),
        ("warn + ban", Action.WARNING),
        ("timeout", Action.TIMEOUT),
        ("TIMEOUT 10m", Action.TIMEOUT),
        ("muted", Action.TIMEOUT),
        ("unmute", Action.TIMEOUT),
        ("kick", Action.KICK),
        ("kick and ban", Action.KICK),
        ("ban", Action.BAN),
        ("Banned", Action.BAN),
        ("softban", Action.BAN),
        ("unban", Action.OTHER),
        ("Unbanned", Action.OTHER),
        ("", Action.NONE),
        ("  ", Action.NONE),
        ("none", Action.NONE),
        ("None", Action.NONE),
        ("none taken", Action.OTHER),
        ("deleted message", Action.OTHER),
    ],
)
def test_first_match_wins(text: str, action: Action) -> None:
    assert normalise_action(text) is action


@given(st.text(max_size=100))
def test_any_text_has_an_action(text: str) -> None:
    assert normalise_action(text) in Action


@pytest.mark.parametrize("action", Action)
def test_a_normalised_action_stays_itself(action: Action) -> None:
    assert normalise_action(action) is action
