"""What is kept of an alert, and what is said of it; what moves it is in domain/alert_life.py.

A `Life` is what is kept of one guild and event type, an `Episode` its open alert. Times are epoch
milliseconds.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from domain.alert_rules import Condition


class State(StrEnum):
    FIRING = "firing"
    ACKNOWLEDGED = "acknowledged"
    SNOOZED = "snoozed"
    FLAPPING = "flapping"
    NO_DATA = "no_data"
    RESOLVED = "resolved"


class Word(StrEnum):
    """What is told of an alert. The first and the third begin a story, `RESOLVED` ends it."""

    FIRING = "firing"
    RESOLVED = "resolved"
    FLAPPING = "flapping"
    REMINDER = "reminder"
    ACKNOWLEDGED = "acknowledged"


BEGINNINGS = frozenset((Word.FIRING, Word.FLAPPING))


class AlertClosedError(Exception):
    """Nothing can be done to an alert that is over."""


class SnoozeError(Exception):
    """A snooze ends in the future, and within 24 hours."""


@dataclass(frozen=True, slots=True)
class Episode:
    """An open alert. `remind_ms`: when to remind, None when not any more."""

    state: State
    opened_ms: int
    revision: int = 1
    acknowledged_ms: int | None = None
    snoozed_until_ms: int | None = None
    reminders: int = 0
    remind_ms: int | None = None


@dataclass(frozen=True, slots=True)
class Life:
    """What is known of one alert of one guild.

    `changed_ms`: since when the condition is what it is. `latched`: closed by hand while bad; it
    does not open before the condition was good once. `openings` and `told` are the instants of the
    last hour at which it opened or something was said.
    """

    condition: Condition = Condition.NONE
    changed_ms: int = 0
    latched: bool = False
    openings: tuple[int, ...] = ()
    told: tuple[int, ...] = ()
    episode: Episode | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """One line of the trail, and the word to be told with it.

    `closed`: why the episode ended with this step. `quiet`: told to those who know of the
    beginning, as a thing of low priority.
    """

    kind: str
    reason: str
    word: Word | None = None
    closed: str | None = None
    quiet: bool = False
    number: int = 0  # of a reminder
