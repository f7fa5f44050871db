"""Beats and workers that look after reports at once, and are killed in the middle of it.

A line is `NOW_MS beat:7 worker:90 ...`: each is a process of its own, which SIGKILL ends once it
has executed so many statements, unless it has come to its end by then.
"""

from __future__ import annotations

import os
import signal
from itertools import count
from threading import Event

from sqlalchemy import event
from sqlalchemy.engine import Engine

from adapters.settings import Settings
from services.container import Parts, build_parts
from services.deliveries.engine import deliver
from services.reports import building  # noqa: F401 - loaded once, before the forks
from services.reports.tick import tick
from services.work.kinds import long_worker


def beat(parts: Parts) -> None:
    tick(parts)


def worker(parts: Parts) -> None:
    long_worker(parts, Event()).run_due()
    deliver(parts)


ROLES = {"beat": beat, "worker": worker}


def look_after(settings: Settings, now_ms: int, words: str) -> None:
    """Ends as one does that had a fault of its own, where one of them had."""
    ids = [_forked(settings, now_ms, word) for word in words.split()]
    ends = {os.waitpid(id, 0)[1] for id in ids}
    if ends - {0, signal.SIGKILL}:
        os._exit(1)


def _forked(settings: Settings, now_ms: int, word: str) -> int:
    if id := os.fork():
        return id
    role, _, statements = word.partition(":")
    _die_after(int(statements))
    parts = build_parts(settings, lambda: now_ms)
    parts.deliverer.close()  # sending is the workers' part
    ROLES[role](parts)
    os._exit(0)


def _die_after(statements: int) -> None:
    executed = count(1)

    @event.listens_for(Engine, "after_cursor_execute")
    def look(*_: object) -> None:
        if next(executed) == statements:
            os.kill(os.getpid(), signal.SIGKILL)
