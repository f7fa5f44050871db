"""Hostile histories of an alert: the last word told is true, and there are few of them."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.alert_life import SETTLED_AFTER_MS, WORDS_PER_HOUR, due_ms
from domain.alert_rules import Condition
from domain.alert_states import Word
from domain.alert_times import believed
from domain.windows import DAY_MS, HOUR_MS, MINUTE_MS
from tests.domain.alert_lives import BAD, GOOD, NONE, Alert
from tests.parts import examples

FLIPS = st.lists(
    st.tuples(
        st.sampled_from([BAD, GOOD, NONE]),
        # Mostly just before and after the spans that matter.
        st.sampled_from([1, 1000, MINUTE_MS, SETTLED_AFTER_MS - 1, SETTLED_AFTER_MS])
        | st.integers(0, 2 * HOUR_MS),
    ),
    max_size=80,
)


@pytest.mark.parametrize(("after", "word"), [(BAD, Word.FIRING), (GOOD, Word.RESOLVED)])
def test_what_flapped_before_a_silence_is_told_at_once(after: Condition, word: Word) -> None:
    """A raid after a night without data is no flip of the evening's."""
    alert = Alert()
    for _ in range(4):
        alert.see(BAD)
        alert.see(GOOD)
    assert alert.words[-1] is Word.FLAPPING
    alert.see(NONE)
    _sweep(alert, 3 * HOUR_MS)
    alert.see(after)
    assert alert.words[-1] is word


@settings(max_examples=examples(600))
@given(FLIPS)
def test_the_last_word_told_is_always_true(flips: list[tuple[Condition, int]]) -> None:
    alert = Alert()
    for condition, after_ms in flips:
        _sweep(alert, after_ms)
        alert.see(condition)
        _assert_last_word_true(alert)
        _assert_few_words(alert)


@settings(max_examples=examples(300))
@given(st.integers(0, 3), st.integers(SETTLED_AFTER_MS - 2, SETTLED_AFTER_MS + 2))
def test_an_opponent_who_knows_the_rules_gets_no_more_words(phase: int, span_ms: int) -> None:
    """Flips as fast as possible, then one each time it has just settled."""
    alert = Alert()
    for _ in range(6 + phase):
        alert.see(BAD)
        alert.see(GOOD)
    for turn in range(40):
        _sweep(alert, span_ms)
        alert.see((BAD, GOOD)[(turn + phase) % 2])
        if turn % 3 == phase:
            alert.see((GOOD, BAD)[(turn + phase) % 2])
        _assert_few_words(alert)
        _assert_last_word_true(alert)


def _sweep(alert: Alert, ms: int) -> None:
    """Time passes as the sweep sees it: at each due time on the way."""
    until_ms = alert.now_ms + ms
    while (due := due_ms(alert.life)) is not None and due <= until_ms:
        alert.wait(max(due - alert.now_ms, 0))
    alert.now_ms = until_ms


def _assert_last_word_true(alert: Alert) -> None:
    last = [word for word in alert.words if word is not Word.REMINDER][-1:]
    settled = alert.now_ms - alert.life.changed_ms >= SETTLED_AFTER_MS
    if last == [Word.FIRING]:
        assert alert.life.condition is not GOOD
    elif last == [Word.FLAPPING]:
        openings = [ms for ms in alert.life.openings if alert.now_ms - ms < 2 * HOUR_MS]
        # Without data nothing is known that could be said instead.
        assert len(openings) > 1 or alert.life.condition is NONE
        assert not settled or alert.life.condition is NONE or _said_in_hour(alert) > 9
    else:
        assert alert.life.condition is not BAD


def _assert_few_words(alert: Alert) -> None:
    assert _said_in_hour(alert) <= WORDS_PER_HOUR


def _said_in_hour(alert: Alert) -> int:
    return sum(
        word is not Word.REMINDER and alert.now_ms - at_ms < HOUR_MS for at_ms, word in alert.said
    )


def test_a_clock_that_was_ahead_and_is_set_back_silences_nothing() -> None:
    """Flaps of tomorrow are taken for flaps of now: what settles is told in its time."""
    alert = Alert()
    alert.now_ms += DAY_MS
    for _ in range(4):
        alert.see(BAD)
        alert.see(GOOD)
    alert.now_ms -= DAY_MS
    alert.life = believed(alert.life, alert.now_ms)
    _sweep(alert, SETTLED_AFTER_MS)
    assert alert.words[-1] is Word.RESOLVED


@settings(max_examples=100)
@given(FLIPS)
def test_what_a_clock_that_is_right_wrote_is_believed(flips: list[tuple[Condition, int]]) -> None:
    alert = Alert()
    for condition, after_ms in flips:
        _sweep(alert, after_ms)
        alert.see(condition)
        assert believed(alert.life, alert.now_ms) == alert.life
