"""The times of an alert after a clock that was ahead is set back.

Whatever such a clock wrote is taken for of now: then reminders, settling and words come in their
time, and no hour has more words than it may.
"""

from __future__ import annotations

from dataclasses import replace

from domain.alert_life import LONGEST_SNOOZE_MS, REMIND_EVERY_MS
from domain.alert_states import Episode, Life
from domain.clock import APART_MS


def believed(life: Life, now_ms: int) -> Life:
    """The same life where a clock that is right may have written it, else with times of now."""
    episode = life.episode
    return replace(
        life,
        changed_ms=_at_most(life.changed_ms, now_ms),
        openings=tuple(_at_most(ms, now_ms) for ms in life.openings),
        told=tuple(_at_most(ms, now_ms) for ms in life.told),
        episode=None if episode is None else _believed(episode, now_ms),
    )


def _believed(episode: Episode, now_ms: int) -> Episode:
    snoozed_ms, remind_ms = episode.snoozed_until_ms, episode.remind_ms
    return replace(
        episode,
        snoozed_until_ms=_at_most_in(snoozed_ms, now_ms, LONGEST_SNOOZE_MS),
        remind_ms=_at_most_in(remind_ms, now_ms, REMIND_EVERY_MS),
    )


def _at_most(ms: int, now_ms: int) -> int:
    return ms if ms <= now_ms + APART_MS else now_ms


def _at_most_in(ms: int | None, now_ms: int, longest_ms: int) -> int | None:
    if ms is None or ms <= now_ms + longest_ms + APART_MS:
        return ms
    return now_ms + longest_ms
