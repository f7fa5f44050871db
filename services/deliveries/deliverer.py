"""The thread of a process that sends what is due: it starts with the first wake, and wakes itself
for what becomes due later. A process that is killed has its rows taken over by another's.
"""

from __future__ import annotations

from threading import Event, Lock, Thread
from typing import TYPE_CHECKING

import structlog
from sqlalchemy.exc import SQLAlchemyError

from adapters.telemetry.seldom import say_seldom

if TYPE_CHECKING:
    from services.container import Parts

LOOKS_EVERY_SECONDS = 30.0
CLOSES_WITHIN_SECONDS = 20.0
_log = structlog.get_logger()


class Deliverer:
    def __init__(self) -> None:
        self._woken, self._closed = Event(), Event()
        self._thread: Thread | None = None
        self._lock = Lock()

    def wake(self, parts: Parts) -> None:
        self._woken.set()
        with self._lock:
            if self._thread is None and not self._closed.is_set():
                self._thread = Thread(
                    target=self._run, args=(parts,), daemon=True, name="deliverer"
                )
                self._thread.start()

    def close(self) -> None:
        """What is being sent is brought to its end, within seconds."""
        self._closed.set()
        self._woken.set()
        with self._lock:  # a thread that is about to start has started when this is ours
            thread = self._thread
        if thread is not None:
            thread.join(CLOSES_WITHIN_SECONDS)

    def _run(self, parts: Parts) -> None:
        from services.deliveries.engine import deliver, seconds_to_next  # it needs the container

        wait_seconds = 0.0
        while not self._closed.is_set():
            self._woken.wait(wait_seconds)
            self._woken.clear()
            try:
                deliver(parts, self._closed.is_set)
                wait_seconds = min(seconds_to_next(parts), LOOKS_EVERY_SECONDS)
            except SQLAlchemyError as error:
                say_seldom(_log.warning, "deliveries_wait", error=type(error).__name__)
                wait_seconds = LOOKS_EVERY_SECONDS
            except Exception as error:
                _log.error("deliveries_failed", error=type(error).__name__, exc_info=error)
                wait_seconds = LOOKS_EVERY_SECONDS
