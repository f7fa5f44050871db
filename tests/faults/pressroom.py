"""Plans reports and does the long work that is due, and stops once it has executed a statement with
the words of its line, in the middle of that transaction."""

from __future__ import annotations

from threading import Event
from typing import Any

from sqlalchemy import event
from sqlalchemy.engine import Engine

from adapters.settings import Settings
from services.container import build_parts
from services.reports import building  # noqa: F401 - loaded once, before the forks
from services.reports.planning import plan_due
from services.work.kinds import long_worker
from tests.faults.forks import stop


def look_after(settings: Settings, now_ms: int, words: str) -> None:
    @event.listens_for(Engine, "after_cursor_execute")
    def look(connection: Any, cursor: Any, statement: str, *_: Any) -> None:
        if words in statement:
            stop()

    parts = build_parts(settings, lambda: now_ms)
    plan_due(parts)
    long_worker(parts, Event()).run_due()
