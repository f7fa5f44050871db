"""What is said of alerts and events, in our own words: counts and names of rules, nothing members
wrote. Plain text; each channel escapes it for its provider.
"""

from __future__ import annotations

from math import ceil

from domain.alert_rules import EventType
from domain.alert_states import (
    Word,
)
from domain.messages import Fact
from domain.one_line import isolated

Said = tuple[str, str]  # title, text
SOMEBODY = "Somebody"  # a person, in words that are kept: who is erased is not in them

_BEGINS: dict[EventType, Said] = {
    EventType.HEALTH_SCORE_DROP: (
        "Health score down to {value:.0f}",
        "The health score of the last 24 hours is below {threshold:.0f}.",
    ),
    EventType.MASS_VIOLATIONS: (
        "{value:.0f} violations within moments",
        "{threshold:.0f} or more came so close together that it looks like a raid.",
    ),
    EventType.BOT_OFFLINE: (
        "The bot is silent",
        "Nothing was received from it for {threshold:.0f} seconds.",
    ),
    EventType.RATE_LIMIT_APPROACHING: (
        "{value:.0f} % of the rate limit left",
        "The bot has less than {threshold:.0f} % of what Discord allows it.",
    ),
}
_ENDS: dict[EventType, Said] = {
    EventType.HEALTH_SCORE_DROP: ("Health score recovered", "It is {value:.0f} again."),
    EventType.MASS_VIOLATIONS: ("The violations have stopped", "Five minutes went by without."),
    EventType.BOT_OFFLINE: ("The bot is back", "Events arrive again."),
    EventType.RATE_LIMIT_APPROACHING: (
        "The rate limit is far away again",
        "{value:.0f} % of it is left.",
    ),
}
_CLOSED: dict[str, str] = {
    "by_hand": f"{SOMEBODY} resolved it by hand.",
    "no_data": "Closed: there was no data to judge by for 24 hours.",
}


def alert_words(
    event_type: EventType,
    word: Word,
    value: float | None,
    threshold: float | None,
    *,
    closed_reason: str | None = None,
    reminder: int = 0,
    settled: bool = False,
) -> Said:
    """Title and text of what is told of an alert."""
    figures = {"value": value or 0.0, "threshold": threshold or 0.0}
    begins = tuple(part.format(**figures) for part in _BEGINS[event_type])
    ends = tuple(part.format(**figures) for part in _ENDS[event_type])
    if word is Word.FIRING:
        return begins[0], f"{'It has settled so. ' if settled else ''}{begins[1]}"
    if word is Word.RESOLVED:
        return ends[0], _CLOSED.get(closed_reason or "", ends[1])
    if word is Word.FLAPPING:
        return f"Flapping: {begins[0]}", (
            "It came and went several times within the hour. The next message comes when it has"
            " been one way for 15 minutes."
        )
    if word is Word.REMINDER:
        return (
            f"Still firing: {begins[0]}",
            f"Reminder {reminder}: nobody has acknowledged it. {begins[1]}",
        )
    return f"Acknowledged: {begins[0]}", f"{SOMEBODY} is looking after it."


def by_name(text: str, name: str | None) -> str:
    """Kept words about what somebody did, with their name where it is known."""
    if name is None or not text.startswith(f"{SOMEBODY} "):
        return text
    return isolated(name) + text.removeprefix(SOMEBODY)


def alert_facts(value: float | None, threshold: float | None) -> tuple[Fact, ...]:
    """The figures below the text."""
    named = (("Value", value), ("Threshold", threshold))
    return tuple(Fact(name, f"{figure:g}") for name, figure in named if figure is not None)


def found_afterwards(count: int) -> Said:
    return (
        f"Found afterwards: {count} violations within moments",
        "Late events show that it looked like a raid. It is over; nobody was paged.",
    )


def too_short_a_silence(bot_offline_s: int, heartbeat_interval_ms: int | None) -> str | None:
    """A warning where a heartbeat or two that are late look like a lost bot; else None."""
    wanted_s = ceil(3 * (heartbeat_interval_ms or 0) / 1000)
    if bot_offline_s >= wanted_s:
        return None
    every_s = round((heartbeat_interval_ms or 0) / 1000)
    return (
        f"The bot sends a heartbeat every {every_s} seconds: with fewer than {wanted_s} seconds of"
        " silence it counts as offline as soon as one or two are late."
    )


def new_violations(count: int, high: int) -> Said:
    if count == 1:
        return "A new violation", "It is in the list of violations."
    some = f", {high} of them severe" if high else ""
    return f"{count} new violations{some}", "They came within five minutes."


# What the page calls what an action's first word is about, where it is another word.
_CHANGED = {"config": "settings", "schedules": "scheduled reports"}


def settings_changed(action: str, count: int) -> Said:
    about = action.partition(".")[0]
    what = _CHANGED.get(about, about.replace("_", " "))
    if count == 1:
        return f"Changed: {what}", f"{SOMEBODY} did it; the audit log says what."
    return f"{count} more changes", f"{SOMEBODY} made them within five minutes; see the audit log."


def channel_failed(name: str, kind: str, reason: str) -> Said:
    return (
        f"The channel {isolated(name)} does not work",
        f"{kind} refused it for good ({reason}). Nothing is sent there until it is mended.",
    )


def channel_removed() -> Said:
    """Told to pagers and programs in place of the end of what still goes on."""
    return (
        "No longer told here",
        "This channel was removed from Modwatch: what becomes of this alert is not told here.",
    )


def report_failed(name: str, why: str) -> Said:
    return (
        f"The report {isolated(name)} failed",
        f"{why} You are told once, until it works again; its history says the rest.",
    )


def report_switched_off(name: str, zone: str) -> Said:
    return (
        f"The report {isolated(name)} is switched off",
        f"The time zone {isolated(zone)} is not known here any more: choose another one.",
    )
