"""The lease of a piece of long work: renewed beside it, and asked for at its every step."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Event

import structlog
from sqlalchemy import Connection

from adapters.database import WRITE_REFUSED, Database
from adapters.process.beside import beside
from domain.long_work import LEASE_MS, RENEW_EVERY_SECONDS
from models.work.long import Piece, renew

_log = structlog.get_logger()


class LeaseLostError(Exception):
    """Another process has the work, or may have it any moment: leave everything as it is."""


class StopWorkError(Exception):
    """This process was told to end: the work is given back and done by another."""


class LaterError(Exception):
    """What the work needs is not there now: it is put off, and that counts as no attempt.

    also: what is to be written in the same transaction
    is_usual: it is part of how the work goes, and no trouble
    """

    def __init__(
        self,
        words: str,
        after_ms: int,
        also: Callable[[Connection], object] = lambda _: None,
        *,
        is_usual: bool = False,
    ) -> None:
        super().__init__(words)
        self.after_ms, self.also, self.is_usual = after_ms, also, is_usual


@dataclass(slots=True)
class Lease:
    """What a piece of work asks before each step that others would see."""

    piece: Piece
    stop: Event
    _lost: Event = field(default_factory=Event)

    def check(self) -> None:
        """Raises LeaseLostError or StopWorkError where the work is to end here."""
        if self._lost.is_set():
            raise LeaseLostError(f"{self.piece.kind} {self.piece.subject}")
        if self.stop.is_set():
            raise StopWorkError

    def lose(self) -> None:
        self._lost.set()


@contextmanager
def renewed(
    database: Database,
    lease: Lease,
    clock: Callable[[], int],
    *,
    every_seconds: float = RENEW_EVERY_SECONDS,
    lease_ms: int = LEASE_MS,
) -> Iterator[None]:
    """Keep the lease while the block runs; lost where it could not be renewed in its own time."""
    with beside(lambda ended: _keep(database, lease, clock, every_seconds, lease_ms, ended)):
        yield


def _keep(
    database: Database,
    lease: Lease,
    clock: Callable[[], int],
    every_seconds: float,
    lease_ms: int,
    ended: Event,
) -> None:
    # By a clock that only goes forward: how long ago this process said that it lives.
    said_seconds = time.monotonic()
    while not ended.wait(every_seconds):
        trying_seconds = time.monotonic()
        try:
            with database.write() as connection:
                is_ours = renew(connection, lease.piece, clock() + lease_ms)
        except WRITE_REFUSED as error:
            _log.warning("lease_not_renewed", kind=lease.piece.kind, error=str(error))
            is_ours = time.monotonic() - said_seconds < lease_ms / 1000
        else:
            said_seconds = trying_seconds
        if not is_ours:
            lease.lose()
            return
