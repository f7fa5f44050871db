"""The life of an alert: a table of its turns."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from domain.alert_life import (
    FLAPPING_FROM,
    MOST_REMINDERS,
    REMIND_EVERY_MS,
    SETTLED_AFTER_MS,
    Outcome,
    acknowledge,
    due_ms,
    observe,
    resolve,
    snooze,
)
from domain.alert_states import AlertClosedError, Life, SnoozeError, State, Word
from domain.windows import DAY_MS, HOUR_MS, MINUTE_MS
from tests.domain.alert_lives import BAD, GOOD, NONE, Alert


def _firing() -> Alert:
    alert = Alert()
    alert.see(GOOD)
    alert.see(BAD, MINUTE_MS)
    return alert


def test_it_opens_and_resolves_and_says_so() -> None:
    alert = _firing()
    assert alert.state is State.FIRING
    assert alert.see(BAD, MINUTE_MS) == []
    assert [step.closed for step in alert.see(GOOD, MINUTE_MS)] == ["condition_changed"]
    assert alert.words == [Word.FIRING, Word.RESOLVED]
    assert due_ms(alert.life) is None


def test_it_opens_when_nothing_was_known_before() -> None:
    alert = Alert()
    alert.see(BAD)
    assert alert.words == [Word.FIRING]


def test_each_change_has_a_revision_of_its_own() -> None:
    alert, revisions = _firing(), []
    turns: list[Callable[[], Outcome]] = [
        lambda: acknowledge(alert.life, alert.now_ms),
        lambda: snooze(alert.life, alert.now_ms + HOUR_MS, alert.now_ms),
        lambda: observe(alert.life, NONE, alert.now_ms),
        lambda: observe(alert.life, BAD, alert.now_ms),
    ]
    for turn in turns:
        alert.take(turn())
        assert alert.life.episode is not None
        revisions.append(alert.life.episode.revision)
    assert revisions == [2, 3, 4, 5]


def test_without_an_acknowledgement_it_reminds_six_times_at_most() -> None:
    alert = _firing()
    for _ in range(MOST_REMINDERS + 3):
        alert.wait(REMIND_EVERY_MS)
    assert alert.words == [Word.FIRING] + [Word.REMINDER] * MOST_REMINDERS
    assert alert.life.episode is not None
    assert alert.life.episode.reminders == MOST_REMINDERS
    assert due_ms(alert.life) is None


def test_acknowledging_ends_the_reminders_and_counts_once() -> None:
    alert = _firing()
    alert.take(acknowledge(alert.life, alert.now_ms))
    assert alert.take(acknowledge(alert.life, alert.now_ms)) == []
    alert.wait(DAY_MS)
    assert alert.words == [Word.FIRING, Word.ACKNOWLEDGED]
    assert alert.state is State.ACKNOWLEDGED


def test_a_snooze_stops_reminders_but_not_the_resolve() -> None:
    alert = _firing()
    alert.take(snooze(alert.life, alert.now_ms + 6 * HOUR_MS, alert.now_ms))
    alert.wait(5 * HOUR_MS)
    assert (alert.state, alert.words) == (State.SNOOZED, [Word.FIRING])
    alert.see(GOOD)
    assert alert.words == [Word.FIRING, Word.RESOLVED]


def test_the_end_of_a_snooze_reminds_those_who_have_not_acknowledged() -> None:
    alert = _firing()
    alert.take(snooze(alert.life, alert.now_ms + HOUR_MS, alert.now_ms))
    assert due_ms(alert.life) == alert.now_ms + HOUR_MS
    alert.wait(HOUR_MS)
    assert (alert.state, alert.words) == (State.FIRING, [Word.FIRING, Word.REMINDER])
    quiet = _firing()
    quiet.take(acknowledge(quiet.life, quiet.now_ms))
    quiet.take(snooze(quiet.life, quiet.now_ms + HOUR_MS, quiet.now_ms))
    quiet.wait(HOUR_MS)
    assert quiet.state is State.ACKNOWLEDGED
    assert Word.REMINDER not in quiet.words


@pytest.mark.parametrize("until_ms", [-1, 0, DAY_MS + 1])
def test_a_snooze_lies_within_the_next_day(until_ms: int) -> None:
    alert = _firing()
    with pytest.raises(SnoozeError):
        snooze(alert.life, alert.now_ms + until_ms, alert.now_ms)


def test_resolved_by_hand_it_stays_closed_until_it_was_good_once() -> None:
    alert = _firing()
    alert.take(resolve(alert.life, alert.now_ms))
    alert.see(NONE, HOUR_MS)
    alert.see(BAD, HOUR_MS)
    assert alert.words == [Word.FIRING, Word.RESOLVED]
    alert.see(GOOD, HOUR_MS)
    alert.see(BAD, HOUR_MS)
    assert alert.words == [Word.FIRING, Word.RESOLVED, Word.FIRING]


def test_what_is_over_cannot_be_changed() -> None:
    life = Life()
    attempts: list[Callable[[], Outcome]] = [
        lambda: acknowledge(life, 0),
        lambda: snooze(life, 1, 0),
        lambda: resolve(life, 0),
    ]
    for attempt in attempts:
        with pytest.raises(AlertClosedError):
            attempt()


def test_without_data_it_closes_quietly_after_a_day() -> None:
    alert = _firing()
    alert.see(NONE, MINUTE_MS)
    assert (alert.state, alert.words) == (State.NO_DATA, [Word.FIRING])
    (step,) = alert.wait(DAY_MS)
    assert (step.closed, step.quiet) == ("no_data", True)


def test_data_again_brings_it_back_without_a_word() -> None:
    alert = _firing()
    alert.take(acknowledge(alert.life, alert.now_ms))
    alert.see(NONE, MINUTE_MS)
    alert.see(BAD, MINUTE_MS)
    assert alert.state is State.ACKNOWLEDGED
    assert alert.words == [Word.FIRING, Word.ACKNOWLEDGED]


def test_the_fourth_opening_within_the_hour_says_once_that_it_flaps() -> None:
    alert = Alert()
    for _ in range(FLAPPING_FROM + 3):
        alert.see(BAD, MINUTE_MS)
        alert.see(GOOD, MINUTE_MS)
    assert alert.words == [Word.FIRING, Word.RESOLVED] * 3 + [Word.FLAPPING]
    assert alert.state is State.FLAPPING
    assert alert.trail[-2:] == ["turned_bad", "turned_good"]
    alert.wait(SETTLED_AFTER_MS)
    assert alert.words[-1] is Word.RESOLVED


def test_what_settles_bad_says_so() -> None:
    alert = Alert()
    for _ in range(FLAPPING_FROM):
        alert.see(GOOD, MINUTE_MS)
        alert.see(BAD, MINUTE_MS)
    alert.wait(SETTLED_AFTER_MS - 1)
    assert alert.words[-1] is Word.FLAPPING
    alert.wait(1)
    assert (alert.words[-1], alert.state) == (Word.FIRING, State.FIRING)
