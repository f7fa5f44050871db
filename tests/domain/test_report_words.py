"""What a report says in words, by hand for each case that reads differently."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from domain.health import assess
from domain.report_figures import Figures
from domain.report_schedules import Cadence
from domain.report_window import before, range_words, zone_words
from domain.report_words import change_words, duration_words, points_words, sentence
from services.reports.sample import sample_report
from tests.services.reports.windows import (
    BERLIN_DAY,
    BERLIN_WEEK,
    KATHMANDU_MONTH,
    KOLKATA_WEEK,
    LORD_HOWE_WEEK,
    window,
)

SAMPLE = sample_report("").figures


def figures(
    violations: int, earlier: int | None, raids: int = 0, score_ms: float = 50, messages: int = 9000
) -> Figures:
    counts = dict(SAMPLE.counts) | {"violations": violations, "messages": messages}
    compared = None if earlier is None else {"violations": earlier, "messages": 9000}
    health = assess(messages, violations, 0, score_ms)
    events = [SAMPLE.events[0]] * raids
    return replace(SAMPLE, counts=counts, before=compared, health=health, events=events)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ((20, None), "A calm week."),
        ((20, None, 1), "A calm week with one raid."),
        ((20, 25, 1), "A calm week with one raid, and 20 % fewer violations than the week before."),
        ((25, 20), "A calm week: 25 % more violations than the week before."),
        ((20, 20, 2), "A calm week with two raids, and as many violations as the week before."),
        ((400, 399), "A rough week: about as many violations as the week before."),
        ((70, 20, 12, 600), "A mixed week with 12 raids, and 3.5 times as many violations as"),
        ((0, 20), "A calm week: no violations after 20 the week before."),
        ((1, 0), "A calm week: 1 violation after none the week before."),
        ((20, 25, 0, 50, 9), "A quiet week: too few messages for a health score."),
    ],
)
def test_the_first_sentence(given: tuple[Any, ...], said: str) -> None:
    if given[0] == 400:
        given = (400, 399, 0, 1000)
    assert sentence(figures(*given)).startswith(said)


def test_nothing_is_said_of_nothing() -> None:
    nothing = dict.fromkeys(SAMPLE.counts, 0)
    appeals = replace(SAMPLE.appeals, opened=0, approved=0, denied=0)
    empty = replace(SAMPLE, counts=nothing, before=None, events=[], appeals=appeals)
    assert sentence(empty) == "Nothing was recorded this week."


@pytest.mark.parametrize(
    ("now", "earlier", "said"),
    [
        (5, None, "no day before to compare with"),
        (5, 5, "the same as the day before"),
        (5, 0, "none the day before"),
        (0, 1234, "1,234 the day before"),
        (112, 100, "12 % more than the day before"),
        (1004, 1000, "about as many as the day before"),
        (300, 100, "200 % more than the day before"),
        (400, 100, "4 times as many as the day before"),
        (1, 100, "99 % fewer than the day before"),
    ],
)
def test_a_change(now: int, earlier: int | None, said: str) -> None:
    assert change_words(now, earlier, Cadence.DAILY) == said


def test_points_are_better_or_worse() -> None:
    assert points_words(70, 71, Cadence.MONTHLY) == "1 point worse than the month before"
    assert points_words(91, 84, Cadence.WEEKLY) == "7 points better than the week before"


@pytest.mark.parametrize(
    ("ms", "said"),
    [
        (0, "0 ms"),
        (999, "999 ms"),
        (4_180, "4.2 s"),
        (59_949, "59.9 s"),
        (59_950, "1 min"),
        (200_000, "3 min 20 s"),
        (3_600_000, "1 h"),
        (3_899_600, "1 h 5 min"),
    ],
)
def test_a_time_is_as_exact_as_it_is_useful(ms: float, said: str) -> None:
    assert duration_words(ms) == said


def test_a_window_says_its_days_and_its_offsets() -> None:
    assert range_words(BERLIN_DAY) == "Sunday 29 March 2026"
    assert range_words(KATHMANDU_MONTH) == "March 2026"
    assert range_words(BERLIN_WEEK) == "Mon 23 to Sun 29 March 2026"
    assert range_words(LORD_HOWE_WEEK) == "Mon 30 Mar to Sun 5 Apr 2026"
    across = window("UTC", Cadence.WEEKLY, "2026-12-28", "2027-01-04")
    assert range_words(across) == "Mon 28 Dec 2026 to Sun 3 Jan 2027"
    assert zone_words(KOLKATA_WEEK) == "Asia/Kolkata, UTC+05:30"
    assert zone_words(LORD_HOWE_WEEK) == "Australia/Lord_Howe, UTC+11:00 to UTC+10:30"


def test_what_comes_before_is_as_long_by_the_calendar() -> None:
    march = before(KATHMANDU_MONTH)
    assert (range_words(march), march.end_ms) == ("February 2026", KATHMANDU_MONTH.start_ms)
    assert range_words(before(BERLIN_WEEK)) == "Mon 16 to Sun 22 March 2026"
    assert range_words(before(BERLIN_DAY)) == "Saturday 28 March 2026"
