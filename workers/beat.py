"""The scheduler of beat: says when by a clock that only goes forward, and keeps no file.

Celery's own remembers in a file when each task was sent, by the clock on the wall. When that
was an hour ahead for a moment, it sends nothing for an hour, and reads the same after a restart.
Nothing has to be remembered: every entry only wakes, and what is due stands in the database.
"""

from __future__ import annotations

import time
from typing import Any

from celery.beat import Scheduler

LONGEST_SLEEP_SECONDS = 5.0


class SteadyScheduler(Scheduler):
    """Sends each entry of the schedule every so many seconds from its start on."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self._due_seconds: dict[str, float] = {}
        super().__init__(*args, **kwargs)

    def tick(self, *_: Any, **__: Any) -> float:
        """Send what is due; returns the seconds until something is due again."""
        for name, entry in self.schedule.items():
            interval: Any = entry.schedule  # celery.schedules.schedule
            every_seconds = interval.run_every.total_seconds()
            due_seconds = self._due_seconds.setdefault(name, time.monotonic() + every_seconds)
            if due_seconds <= time.monotonic():
                self._due_seconds[name] = time.monotonic() + every_seconds
                # A broker that is away is logged there, and the entry sent the next time.
                self.apply_entry(entry, producer=self.producer)
        next_seconds = min(self._due_seconds.values(), default=float("inf"))
        return max(0.0, min(next_seconds - time.monotonic(), LONGEST_SLEEP_SECONDS))
