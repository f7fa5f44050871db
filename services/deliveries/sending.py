"""Sending one claimed delivery. What follows from the answer: settling.py."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path
from traceback import extract_tb
from uuid import UUID

import structlog

from adapters.exports.storage import StorageAwayError
from adapters.secret_box import UnreadableSecretError
from adapters.telemetry.counts import DELIVERY_SECONDS
from domain.attempts import Attempt, Outcome
from domain.delivery_life import LEASE_MS
from models.deliveries.marks import mark_sending
from services.channels.sealing import open_settings
from services.container import Parts
from services.deliveries.compose import Job

_log = structlog.get_logger()


class ClaimLostError(Exception):
    """Another process took it over: nothing may be sent any more."""


@dataclass(frozen=True, slots=True)
class Ended:
    """An attempt that is over, and not written down yet."""

    job: Job
    claim: UUID
    attempt: Attempt


def hand_over(parts: Parts, job: Job, claim: UUID) -> Ended | None:
    """Hand it over once, the second mark committed before; None when the claim was lost."""
    started = time.perf_counter()
    mark = _Mark(parts, job, claim)
    try:
        attempt = _hand_over(parts, job, mark)
    except ClaimLostError:
        return None
    DELIVERY_SECONDS.labels(job.target.row.kind).observe(time.perf_counter() - started)
    return Ended(job, claim, attempt)


class _Mark:
    """The mark `sending`: committed once, before the first byte that may count."""

    def __init__(self, parts: Parts, job: Job, claim: UUID) -> None:
        self._parts, self._job, self._claim = parts, job, claim
        self.is_made = False

    def __call__(self) -> None:
        if self.is_made:
            return
        now_ms = self._parts.clock()
        until_ms = now_ms + LEASE_MS
        with self._parts.database.write_alone() as connection:
            held = mark_sending(connection, self._job.row, self._claim, now_ms, until_ms)
        if not held:
            raise ClaimLostError
        self.is_made = True


def _hand_over(parts: Parts, job: Job, mark: _Mark) -> Attempt:
    try:
        settings = open_settings(parts.secrets, job.target.row)
        return job.target.channel.send(job.message, settings, parts.ways(), mark)
    except ClaimLostError:
        raise
    except UnreadableSecretError:
        return Attempt(outcome=Outcome.NOT_SENT, reason="settings_unreadable")
    except StorageAwayError:
        # Files are read before the mark: nothing of the message has left.
        return Attempt(outcome=Outcome.NOT_SENT, reason="storage_away")
    except Exception as error:
        # A fault of ours must not leave the row as if nobody knew: its type alone is logged, since
        # its text may hold an address.
        kind, what = job.target.row.kind, type(error).__name__
        _log.error("delivery_failed", kind=kind, error=what, place=_place(error))
        outcome = Outcome.IN_DOUBT if mark.is_made else Outcome.NOT_SENT
        return Attempt(outcome=outcome, reason="internal")


def _place(error: Exception) -> str:
    """`client.py:120`, where it was raised."""
    frame = extract_tb(error.__traceback__)[-1]
    return f"{Path(frame.filename).name}:{frame.lineno}"
