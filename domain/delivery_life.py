"""The life of one delivery: its states, and what follows from the outcome of an attempt.

Two marks are committed before anything leaves: `claimed`, then `sending`. A process killed before
the second has surely sent nothing; after it the outcome is in doubt.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from domain.attempts import Attempt, Outcome
from domain.messages import Priority
from domain.windows import DAY_MS, HOUR_MS, MINUTE_MS

BACKOFF_MS = (
    5_000,
    30_000,
    2 * MINUTE_MS,
    10 * MINUTE_MS,
    30 * MINUTE_MS,
    HOUR_MS,
    2 * HOUR_MS,
    4 * HOUR_MS,
)
JITTER = 0.2
LONGEST_BLOCK_MS = HOUR_MS
LEASE_MS = MINUTE_MS  # longer than any channel's deadline
SENT_WITHIN_MS = DAY_MS  # who only ever asks us to wait is given up after a day
RESTORED_AFTER_MS = HOUR_MS


class DeliveryState(StrEnum):
    SKIPPED = "skipped"
    HELD = "held"
    QUEUED = "queued"
    CLAIMED = "claimed"
    SENDING = "sending"
    RETRYING = "retrying"
    SENT = "sent"
    UNKNOWN = "unknown"
    DEAD = "dead"
    CANCELLED = "cancelled"
    DIGESTED = "digested"


FINAL = frozenset(
    (
        DeliveryState.SKIPPED,
        DeliveryState.SENT,
        DeliveryState.UNKNOWN,
        DeliveryState.DEAD,
        DeliveryState.CANCELLED,
        DeliveryState.DIGESTED,
    )
)
IN_FLIGHT = frozenset((DeliveryState.CLAIMED, DeliveryState.SENDING))
WAITING = frozenset((DeliveryState.QUEUED, DeliveryState.RETRYING))


class InDoubt(StrEnum):
    """What to do where a message may have arrived and a repeat would be a second one."""

    REPORT = "report"
    REPEAT = "repeat"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """What is known of a delivery when one attempt of it is over.

    failures   attempts before this one that failed by themselves, not by being asked to wait
    is_keyed   the provider drops a repeat of the same key
    in_doubt   None: repeat what is critical, report the rest
    is_repeat  this attempt was itself a repeat after one in doubt
    """

    failures: int
    created_ms: int
    is_keyed: bool
    in_doubt: InDoubt | None
    priority: Priority
    is_repeat: bool = False


@dataclass(frozen=True, slots=True)
class Next:
    """The state after an attempt; `due_ms` for `retrying` only. `reason` is one word."""

    state: DeliveryState
    reason: str
    due_ms: int | None = None
    is_repeat: bool = False


def after_attempt(sent: Sent, attempt: Attempt, now_ms: int, jitter: float) -> Next:
    """What becomes of a delivery; `jitter` in -1..1 moves the next try by up to a fifth."""
    if attempt.outcome is Outcome.SENT:
        return Next(DeliveryState.SENT, attempt.reason)
    if attempt.outcome is Outcome.DEAD:
        return _given_up(sent, attempt.reason)
    if attempt.outcome is Outcome.WAIT:
        return _later(sent, attempt, now_ms)
    if attempt.outcome is Outcome.NOT_SENT or sent.is_keyed:
        return _again(sent, attempt.reason, now_ms, jitter)
    policy = sent.in_doubt or _default_policy(sent.priority)
    if policy is InDoubt.REPORT or sent.is_repeat:
        return Next(DeliveryState.UNKNOWN, attempt.reason)
    again = _again(sent, attempt.reason, now_ms, jitter)
    return Next(again.state, again.reason, again.due_ms, is_repeat=True)


def backoff_ms(failures: int, jitter: float) -> int | None:
    """How long to wait after this many failures (1 and more); None: it is given up."""
    if failures > len(BACKOFF_MS):
        return None
    return round(BACKOFF_MS[failures - 1] * (1 + JITTER * jitter))


def blocked_until(retry_after_ms: int | None, now_ms: int) -> int | None:
    """Until when a channel is left alone, as its provider asked: an hour at most."""
    if not retry_after_ms:
        return None
    return now_ms + min(retry_after_ms, LONGEST_BLOCK_MS)


def may_have_arrived(outcomes: Iterable[str | None]) -> bool:
    """Whether any attempt may have: one that is not over, or nobody knows how it ended."""
    return any(outcome in (None, Outcome.SENT, Outcome.IN_DOUBT) for outcome in outcomes)


def _later(sent: Sent, attempt: Attempt, now_ms: int) -> Next:
    if now_ms - sent.created_ms > SENT_WITHIN_MS:
        return _given_up(sent, attempt.reason)
    until_ms = blocked_until(attempt.retry_after_ms, now_ms) or now_ms + BACKOFF_MS[1]
    return Next(DeliveryState.RETRYING, attempt.reason, until_ms, is_repeat=sent.is_repeat)


def _again(sent: Sent, reason: str, now_ms: int, jitter: float) -> Next:
    wait_ms = backoff_ms(sent.failures + 1, jitter)
    if wait_ms is None:
        return _given_up(sent, reason)
    return Next(DeliveryState.RETRYING, reason, now_ms + wait_ms, is_repeat=sent.is_repeat)


def _given_up(sent: Sent, reason: str) -> Next:
    """What was repeated for being in doubt stays in doubt."""
    return Next(DeliveryState.UNKNOWN if sent.is_repeat else DeliveryState.DEAD, reason)


def _default_policy(priority: Priority) -> InDoubt:
    return InDoubt.REPEAT if priority is Priority.CRITICAL else InDoubt.REPORT
