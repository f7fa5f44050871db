"""When an alert's condition is good, bad or unknown (formulas.md, "Alerts").

Each rule takes the threshold T and what was known before: between "fires" and "resolves" lies a
band in which the condition stays what it was. The rules hold at every allowed threshold.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, fields
from enum import StrEnum

from domain.messages import Priority
from domain.windows import MINUTE_MS

CALM_AFTER_MS = 5 * MINUTE_MS  # without a breach, mass_violations is over
LATE_AFTER_MS = 5 * MINUTE_MS  # found so long after it happened, a raid pages no one
HEALTH_MARGIN = 5
HEARTBEAT_COUNTS_FOR_MS = 15 * MINUTE_MS


class Condition(StrEnum):
    GOOD = "good"
    BAD = "bad"
    NONE = "none"


class EventType(StrEnum):
    HEALTH_SCORE_DROP = "health_score_drop"
    MASS_VIOLATIONS = "mass_violations"
    BOT_OFFLINE = "bot_offline"
    RATE_LIMIT_APPROACHING = "rate_limit_approaching"
    NEW_VIOLATION = "new_violation"
    CONFIG_UPDATE = "config_update"
    EXPORT_READY = "export_ready"
    REPORT_FAILED = "report_failed"
    CHANNEL_FAILED = "channel_failed"


# Events with a life of their own: they fire, are acknowledged and resolve.
ALERTS = (
    EventType.HEALTH_SCORE_DROP,
    EventType.MASS_VIOLATIONS,
    EventType.BOT_OFFLINE,
    EventType.RATE_LIMIT_APPROACHING,
)

# While the key's alert is open, the values' messages are held back: they are its consequence.
INHIBITS: dict[EventType, frozenset[EventType]] = {
    EventType.BOT_OFFLINE: frozenset(
        (EventType.HEALTH_SCORE_DROP, EventType.RATE_LIMIT_APPROACHING)
    ),
    EventType.MASS_VIOLATIONS: frozenset((EventType.NEW_VIOLATION,)),
}


_PRIORITIES = tuple(Priority)


def reaches(priority: Priority, threshold: Priority) -> bool:
    """Whether it matters at least as much as `threshold`."""
    return _PRIORITIES.index(priority) >= _PRIORITIES.index(threshold)


PRIORITY_OF: dict[EventType, Priority] = {
    EventType.HEALTH_SCORE_DROP: Priority.CRITICAL,
    EventType.MASS_VIOLATIONS: Priority.CRITICAL,
    EventType.BOT_OFFLINE: Priority.CRITICAL,
    EventType.RATE_LIMIT_APPROACHING: Priority.HIGH,
    EventType.CONFIG_UPDATE: Priority.LOW,
    EventType.EXPORT_READY: Priority.LOW,
    EventType.REPORT_FAILED: Priority.HIGH,
    EventType.CHANNEL_FAILED: Priority.HIGH,
}


@dataclass(frozen=True, slots=True)
class Thresholds:
    """health_score 0..100; rate_limit_pct 1..100; `_s` are seconds."""

    health_score: int = 50
    mass_violations_count: int = 10
    mass_violations_window_s: int = 60
    bot_offline_s: int = 300
    rate_limit_pct: int = 10


THRESHOLD_NAMES = tuple(field.name for field in fields(Thresholds))


def health_condition(
    score: int, limited_data: bool, threshold: int, before: Condition
) -> Condition:
    """Of the day's health score 0..100; with limited data nothing is known."""
    if limited_data:
        return Condition.NONE
    if score < threshold:
        return Condition.BAD
    is_over = score >= min(threshold + HEALTH_MARGIN, 100)
    return Condition.GOOD if is_over else _as_before(before)


def rate_limit_condition(free_pct: float, threshold_pct: int, before: Condition) -> Condition:
    """Of the share of the rate limit that a heartbeat says is left, in percent.

    From T = 50 on no share is above 2T: all of it left is over.
    """
    if free_pct < threshold_pct:
        return Condition.BAD
    is_over = free_pct > min(2 * threshold_pct, 100) or free_pct >= 100
    return Condition.GOOD if is_over else _as_before(before)


def offline_condition(
    last_received_ms: int | None,
    listening_since_ms: int,
    offline_s: int,
    now_ms: int,
    before: Condition,
) -> Condition:
    """Of a bot's silence. Time in which we were not listening is not its silence.

    models/alerts/looks.py asks the same of all guilds in one statement.
    """
    if last_received_ms is None:
        return Condition.NONE
    if now_ms - last_received_ms < offline_s * 1000:
        return Condition.GOOD
    silent_since_ms = max(last_received_ms, listening_since_ms)
    return Condition.BAD if now_ms - silent_since_ms >= offline_s * 1000 else before


@dataclass(frozen=True, slots=True)
class Breach:
    """Violations that follow each other so closely that each window of them was full.

    `reached_ms` is the time of the violation that filled the first window, `ended_ms` that of the
    last violation of the last full one.
    """

    began_ms: int
    reached_ms: int
    ended_ms: int
    count: int


def find_breaches(times_ms: Iterable[int], minimum: int, window_s: int) -> list[Breach]:
    """Stretches of `minimum` violations within any `window_s` (inclusive), by event time.

    `times_ms` in order. Breaches that are less than `CALM_AFTER_MS` apart are one.
    """
    found: list[Breach] = []
    recent: deque[int] = deque()
    for at_ms in times_ms:
        recent.append(at_ms)
        while at_ms - recent[0] > window_s * 1000:
            recent.popleft()
        if len(recent) >= minimum:
            _extend(found, recent, at_ms)
    return found


def _extend(found: list[Breach], recent: deque[int], at_ms: int) -> None:
    if found and at_ms - found[-1].ended_ms < CALM_AFTER_MS:
        last = found[-1]
        more = sum(1 for ms in recent if ms > last.ended_ms) or 1
        found[-1] = Breach(last.began_ms, last.reached_ms, at_ms, last.count + more)
    else:
        found.append(Breach(recent[0], at_ms, at_ms, len(recent)))


def _as_before(before: Condition) -> Condition:
    """Inside the band nothing changes; what was not known before is not bad."""
    return before if before is Condition.BAD else Condition.GOOD
