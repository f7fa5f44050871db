"""The life of one run of a scheduled report, and how it ended."""

from __future__ import annotations

from collections.abc import Collection
from enum import StrEnum

from domain.decisions import Reason
from domain.delivery_life import FINAL, DeliveryState
from domain.windows import MINUTE_MS

# A run that nobody got to for so long is a missed one.
LATE_AFTER_MS = 15 * MINUTE_MS
# Missed runs that are looked at one by one; those before are left out without an entry each.
MOST_MISSED = 31
MOST_OPEN = 10_000  # runs that are looked at in one go


class RunState(StrEnum):
    DUE = "due"
    BUILT = "built"  # its deliveries are written, and not all of them are over
    SENT = "sent"
    PARTLY = "partly"  # some targets have it, others do not, or nobody knows
    FAILED = "failed"
    EMPTY = "empty"  # nothing happened, and then nothing is to be sent
    SKIPPED = "skipped"


OVER = frozenset(RunState) - {RunState.DUE, RunState.BUILT}


def outcome(ends: Collection[tuple[str, str]]) -> RunState | None:
    """How a run ended whose deliveries have these states and reasons; None: it goes on.

    An address that wants no more mails is no failure; that nobody is left who gets it is one.
    """
    if any(DeliveryState(state) not in FINAL for state, _ in ends):
        return None
    wanted = [state for state, reason in ends if reason != Reason.UNSUBSCRIBED]
    arrived = [state for state in wanted if state == DeliveryState.SENT]
    if not arrived:
        return RunState.FAILED
    return RunState.SENT if len(arrived) == len(wanted) else RunState.PARTLY
