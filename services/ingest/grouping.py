"""Small requests that come in while a transaction is under way share the next one.

A transaction costs some twenty statements and a wait for the disk, however few events it stores:
for ten requests of one event each it is a tenth when they go together. A request that comes in
while nothing is under way goes at once, and a large one always by itself.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import count
from threading import Event as Signal
from threading import Lock

from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from adapters.database import Database
from schemas.events.structs import Event
from services.ingest.store import Ingested, ingest_events, ingest_together

# Events of a request that may go with others, and of a transaction that takes another one along.
SMALL, ENOUGH = 100, 500
# The database cannot be reached, and so it would be for each of a group.
AwayError = OperationalError | PoolTimeoutError
AWAY = (OperationalError, PoolTimeoutError)


@dataclass(slots=True)
class _Request:
    events: Sequence[Event]
    woken: Signal = field(default_factory=Signal)
    # Woken without either: it is to lead the next transaction.
    answer: Ingested | AwayError | None = None
    goes_alone: bool = False


class GroupIngest:
    """The ingest of one process."""

    def __init__(self, database: Database, timer: Callable[[], float] = time.monotonic) -> None:
        self._database, self._timer = database, timer
        self._waiting: deque[_Request] = deque()
        self._is_busy = False
        self._lock = Lock()
        # When each request came that is not answered yet, oldest first.
        self._came_seconds: dict[int, float] = {}
        self._numbers = count()

    @property
    def waiting(self) -> int:
        """Requests that wait for the next transaction."""
        return len(self._waiting)

    @property
    def longest_wait_seconds(self) -> float:
        """How long the request that has waited longest is here; 0 without one."""
        came_seconds = next(iter(self._came_seconds.copy().values()), None)
        return 0.0 if came_seconds is None else self._timer() - came_seconds

    def run(self, events: Sequence[Event], now_ms: int) -> Ingested:
        """As `ingest_events`: the events are durable when this returns."""
        number = next(self._numbers)
        self._came_seconds[number] = self._timer()
        try:
            return self._run(events, now_ms)
        finally:
            del self._came_seconds[number]

    def _run(self, events: Sequence[Event], now_ms: int) -> Ingested:
        if len(events) > SMALL:
            return ingest_events(self._database, events, now_ms)
        request = _Request(events)
        if not self._leads(request):
            request.woken.wait()
        if request.answer is None and not request.goes_alone:
            self._lead(now_ms)
        if isinstance(request.answer, AWAY):
            raise request.answer
        return request.answer or ingest_events(self._database, events, now_ms)

    def _leads(self, request: _Request) -> bool:
        with self._lock:
            self._waiting.append(request)
            leads, self._is_busy = not self._is_busy, True
        return leads

    def _lead(self, now_ms: int) -> None:
        """Store the requests that wait, the caller's first; whatever happens, all are woken."""
        # Greenlets only run while others wait: those that have read a request by now come along.
        time.sleep(0)
        group = self._take()
        try:
            self._store(group, now_ms)
        finally:
            self._hand_over()
            for request in group:
                request.goes_alone = request.answer is None
                request.woken.set()

    def _store(self, group: list[_Request], now_ms: int) -> None:
        requests = [request.events for request in group]
        answers: Sequence[Ingested | AwayError | None]
        try:
            answers = ingest_together(self._database, requests, now_ms)
        except AWAY as error:
            answers = [error] * len(group)
        except Exception:
            if len(group) == 1:
                raise
            # One of them may be to blame: each goes alone, and the error meets whose it is.
            return
        for request, answer in zip(group, answers, strict=True):
            request.answer = answer

    def _take(self) -> list[_Request]:
        group: list[_Request] = []
        count = 0
        with self._lock:
            while self._waiting and count < ENOUGH:
                group.append(self._waiting.popleft())
                count += len(group[-1].events)
        return group

    def _hand_over(self) -> None:
        """The first of those that came meanwhile leads the next transaction."""
        with self._lock:
            self._is_busy = bool(self._waiting)
            if self._waiting:
                self._waiting[0].woken.set()
