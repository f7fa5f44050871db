"""The thread that empties the spool, batch by batch, until it is told to stop."""

from __future__ import annotations

import gzip
import logging
import sqlite3
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

import httpx

from modwatch_client.answers import Kind, Verdict, judge
from modwatch_client.backoff import Backoff, RetryPolicy
from modwatch_client.dead_letters import DeadLetter
from modwatch_client.errors import ClientClosed, SpoolError
from modwatch_client.inheritance import Inheritance
from modwatch_client.sender_lock import SenderLock
from modwatch_client.spool import Spool
from modwatch_client.spool_file import Waiting, now_ms

MAXIMUM_EVENTS = 5_000
MAXIMUM_BYTES = 5 * 1024 * 1024
TAKEN_BEFORE_LARGER = 8  # batches in a row, before a larger one is tried again
POLL_SECONDS = 1.0  # how soon events of another process, or its end, are noticed
HEADERS = {"Content-Type": "application/x-ndjson", "Content-Encoding": "gzip"}
_log = logging.getLogger("modwatch")


@dataclass
class Progress:
    """Written by the sender alone."""

    accepted: int = 0
    duplicates: int = 0
    rejected: int = 0
    requests: int = 0
    failures: int = 0
    sending: bool = False
    refused: bool = False
    last_error: str | None = None


class Sender(threading.Thread):
    def __init__(
        self,
        spool: Spool,
        http: httpx.Client,
        *,
        inheritance: Inheritance,
        linger_seconds: float,
        batch_events: int,
        retry: RetryPolicy,
        on_rejected: Callable[[DeadLetter], object] | None,
    ) -> None:
        super().__init__(name="modwatch-sender", daemon=True)
        self.progress = Progress()
        self.settled = threading.Condition()
        self._spool, self._http = spool, http
        self._inheritance = inheritance
        self._lock = SenderLock(spool.path)
        self._linger_seconds = linger_seconds
        self._most = self._batch_events = batch_events
        self._taken_in_a_row = 0
        self._backoff = Backoff(retry)
        self._on_rejected = on_rejected
        self._woken, self._stopped = threading.Event(), threading.Event()
        self._hurried = False

    def wake(self, *, hurry: bool = False) -> None:
        """There is something to send; `hurry`: without waiting for more of it."""
        self._hurried = self._hurried or hurry
        self._woken.set()

    def stop(self, timeout_seconds: float) -> None:
        """Stop after the request under way, or leave that to itself after the timeout.

        Does not wait where `on_rejected`, which this thread calls, closes the client.
        """
        self._stopped.set()
        self._woken.set()
        if self.is_alive() and threading.current_thread() is not self:
            self.join(timeout_seconds)

    def run(self) -> None:
        try:
            while not self._stopped.is_set():
                self._step()
        finally:
            self._lock.release()
            self._http.close()

    def _step(self) -> None:
        try:
            self._send_or_wait()
        except ClientClosed:
            self._stopped.set()  # the answer came too late to be written down: sent again
        except (SpoolError, sqlite3.Error, OSError) as error:
            self._later(Verdict(Kind.LATER, str(error)))
        except Exception as error:
            # A fault of ours must not end the thread: the bot would fill its spool unnoticed.
            _log.exception("sending failed in an unexpected way")
            self._later(Verdict(Kind.LATER, repr(error)))

    def _send_or_wait(self) -> None:
        self.progress.sending = self._lock.acquire()
        if not self.progress.sending:
            self._inheritance.looked.set()  # that is for the process that sends
            self._stopped.wait(POLL_SECONDS)
            return
        self._woken.clear()
        self._inheritance.look()
        if self._spool.waiting()[0]:
            self._linger()
        batch = self._spool.head(self._batch_events, MAXIMUM_BYTES)
        if batch:
            self._send(batch)
        else:
            self._hurried = False  # a call that hurries says so again and again
            self._woken.wait(self._seconds_to_next_due())

    def _send(self, batch: list[Waiting]) -> None:
        self.progress.requests += 1
        try:
            verdict = self._ask(batch)
        except httpx.HTTPError as error:
            verdict = Verdict(Kind.LATER, f"{type(error).__name__}: {error}")
        if verdict.kind is Kind.SPLIT and len(batch) == 1:
            self._batch_events = self._most  # found the one at fault
            errors = {"event": [verdict.detail]}
            verdict = Verdict(Kind.SETTLED, verdict.detail, rejected={0: errors})
        if verdict.kind is Kind.SETTLED:
            self._settle(batch, verdict)
        elif verdict.kind is Kind.SPLIT:
            self._batch_events, self._taken_in_a_row = len(batch) // 2, 0
        else:
            self._later(verdict)

    def _ask(self, batch: list[Waiting]) -> Verdict:
        body = gzip.compress(b"\n".join(one.body for one in batch), compresslevel=6)
        answer = self._http.post("/api/v1/ingest", content=body, headers=HEADERS)
        return judge(answer.status_code, answer.headers, answer.content, len(batch))

    def _settle(self, batch: list[Waiting], verdict: Verdict) -> None:
        letters = self._spool.settle(batch, verdict.rejected)
        progress = self.progress
        progress.accepted += verdict.accepted
        progress.duplicates += verdict.duplicates
        progress.rejected += len(letters)
        if progress.refused:
            _log.warning("Modwatch takes events again")
        progress.refused, progress.last_error = False, None
        self._backoff.reset()
        self._taken_in_a_row += 1
        if self._taken_in_a_row % TAKEN_BEFORE_LARGER == 0:
            self._batch_events = min(self._batch_events * 2, self._most)
        self._tell()
        if letters:
            first = letters[0]
            _log.warning(
                "Modwatch refused %d events for good; event %s: %s",
                *(len(letters), first.id, first.errors),
            )
            self._hand_over(letters)

    def _hand_over(self, letters: list[DeadLetter]) -> None:
        if self._on_rejected is None:
            return
        for letter in letters:
            try:
                self._on_rejected(letter)
            except Exception:
                _log.exception("on_rejected failed; the dead letter %s is in the spool", letter.id)

    def _later(self, verdict: Verdict) -> None:
        progress = self.progress
        if verdict.kind is Kind.REFUSED and not progress.refused:
            _log.error(
                "Modwatch refuses this client (%s): check its token and address; events are kept",
                verdict.detail,
            )
            progress.refused = True
        elif progress.last_error is None:
            _log.warning("Modwatch cannot take events now, they are kept: %s", verdict.detail)
        progress.failures += 1
        progress.last_error = verdict.detail
        self._tell()
        # Nothing shortens this wait but the end: hurry is no reason to press a busy server.
        self._stopped.wait(self._backoff.wait_seconds(verdict.kind, verdict.retry_after_seconds))

    def _linger(self) -> None:
        """Wait for more events to join the batch, unless there is one already, or hurry."""
        deadline = time.monotonic() + self._linger_seconds
        while not self._hurried and (left := deadline - time.monotonic()) > 0:
            waiting, size = self._spool.waiting()
            if waiting >= self._most or size >= MAXIMUM_BYTES or self._stopped.is_set():
                break
            self._woken.wait(left)
            self._woken.clear()

    def _seconds_to_next_due(self) -> float:
        due_ms = self._spool.next_due_ms()
        if due_ms is None:
            return POLL_SECONDS
        return min(max((due_ms - now_ms()) / 1000, 0.01), POLL_SECONDS)

    def _tell(self) -> None:
        with self.settled:
            self.settled.notify_all()
