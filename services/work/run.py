"""Doing long work: claim a piece, do it under its lease, write down how it ended."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Event

import structlog
from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from adapters.database import WRITE_REFUSED, Database
from adapters.process.slots import Slot, Slots
from domain.long_work import LEASE_MS, RENEW_EVERY_SECONDS, retry_at_ms
from models.work import long as stored
from models.work.long import Given, Piece
from services.work.lease import LaterError, Lease, LeaseLostError, StopWorkError, renewed

# What does one kind of work; it calls `lease.check()` before each step that others would see.
Handler = Callable[[Lease], None]
# Told, in the transaction, of a piece that failed for good; `was_lost`: with all its processes.
GivenUp = Callable[[Connection, Given, bool], None]
# The database may be away when the end of a piece is to be written down.
WRITE_AGAIN_SECONDS, WRITE_FOR_SECONDS = 2.0, 600.0
_log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class LongWorker:
    """One process that does long work, one piece after the other."""

    database: Database
    clock: Callable[[], int]
    handlers: Mapping[str, Handler]
    given_up: Mapping[str, GivenUp] = field(default_factory=dict)
    # Kinds of which only so many are done on this host at once.
    slots: Mapping[str, Slots] = field(default_factory=dict)
    # Kinds that are left to other processes.
    but: Collection[str] = ()
    stop: Event = field(default_factory=Event)
    lease_ms: int = LEASE_MS
    renew_every_seconds: float = RENEW_EVERY_SECONDS

    def run_due(self) -> int:
        """Do what is due until nothing is; how many pieces were done."""
        done = 0
        while not self.stop.is_set():
            with self._places() as (taken, full):
                if (piece := self._claim([*full, *self.but])) is None:
                    break
                taken.leave_all_but(piece.kind)
                done += self._run(piece)
        return done

    @contextmanager
    def _places(self) -> Iterator[tuple[_Taken, list[str]]]:
        """A place for each kind that needs one, and the kinds that have none left."""
        taken = _Taken({kind: slots.take() for kind, slots in self.slots.items()})
        try:
            yield taken, [kind for kind, slot in taken.slots.items() if slot is None]
        finally:
            taken.leave_all_but(None)

    def _claim(self, but: Collection[str]) -> Piece | None:
        """Of what this release can do: what a later one asked for waits for a process of that."""
        kinds = [kind for kind in self.handlers if kind not in but]
        now_ms = self.clock()
        until_ms = now_ms + self.lease_ms
        try:
            with self.database.write() as connection:
                for lost in stored.fail_abandoned(connection, now_ms, until_ms, self.handlers):
                    self._give_up(connection, lost, was_lost=True)
                return stored.claim_next(connection, now_ms, until_ms, kinds)
        except IntegrityError:
            return None  # another process was first; the next wake finds what is left

    def _run(self, piece: Piece) -> bool:
        lease = Lease(piece, self.stop)
        try:
            with renewed(
                self.database,
                lease,
                self.clock,
                every_seconds=self.renew_every_seconds,
                lease_ms=self.lease_ms,
            ):
                self.handlers[piece.kind](lease)
                lease.check()
        except LeaseLostError:
            _log.warning("long_work_lost", kind=piece.kind, subject=piece.subject)
            return False
        except StopWorkError:
            return self._write_end(lambda c: stored.give_back(c, piece, self.clock())) and False
        except LaterError as error:
            return self._put_off(piece, error)
        except Exception as error:
            # Whatever it was, it is written where the operator looks, and ends no other work.
            _log.exception("long_work_failed", kind=piece.kind, subject=piece.subject)
            return self._fail(piece, error)
        return self._write_end(lambda c: stored.finish(c, piece, self.clock()))

    def _put_off(self, piece: Piece, error: LaterError) -> bool:
        say = _log.info if error.is_usual else _log.warning
        say("long_work_put_off", kind=piece.kind, subject=piece.subject, why=str(error))

        def write(connection: Connection) -> bool:
            error.also(connection)
            due_ms = self.clock() + error.after_ms
            return stored.put_off(connection, piece, str(error)[:500], due_ms)

        self._write_end(write)
        return False

    def _fail(self, piece: Piece, error: Exception) -> bool:
        now_ms = self.clock()
        words = f"{type(error).__name__}: {error}"[:500]
        retry_ms = retry_at_ms(piece.attempts, now_ms)

        def write(connection: Connection) -> bool:
            if not stored.fail(connection, piece, words, retry_ms, now_ms):
                return False
            if retry_ms is None:
                given = Given(piece.guild_id, piece.kind, piece.subject)
                self._give_up(connection, given, was_lost=False)
            return True

        self._write_end(write)
        return False

    def _give_up(self, connection: Connection, given: Given, *, was_lost: bool) -> None:
        if (told := self.given_up.get(given.kind)) is not None:
            told(connection, given, was_lost)

    def _write_end(self, end: Callable[[Connection], bool]) -> bool:
        """Also where the database is away for a while: what was done is not done once more."""
        until_seconds = time.monotonic() + WRITE_FOR_SECONDS
        while True:
            try:
                with self.database.write() as connection:
                    return end(connection)
            except WRITE_REFUSED as error:
                if time.monotonic() > until_seconds or self.stop.wait(WRITE_AGAIN_SECONDS):
                    raise
                _log.warning("long_work_end_not_written", error=str(error))


@dataclass(slots=True)
class _Taken:
    slots: dict[str, Slot | None]

    def leave_all_but(self, kind: str | None) -> None:
        for name, slot in self.slots.items():
            if slot is not None and name != kind:
                slot.leave()
                self.slots[name] = None
