"""Sends what is due, and stops `before` the mark of sending, once that is `marked` and no byte has
left, or `after` the answer and before it is noted; anything else stops nowhere."""

from __future__ import annotations

from adapters.settings import Settings
from services.container import build_parts
from services.deliveries import sending
from services.deliveries.engine import deliver
from tests.faults.forks import stop


def send_what_is_due(settings: Settings, now_ms: int, step: str) -> None:
    if step == "before":
        sending._Mark.__call__ = stop  # type: ignore[method-assign]
    elif step == "marked":
        mark = sending._Mark.__call__
        sending._Mark.__call__ = lambda made: (mark(made), stop())  # type: ignore[assignment,method-assign,func-returns-value]
    elif step == "after":
        sent = sending._hand_over
        sending._hand_over = lambda *given: (sent(*given), stop())  # type: ignore[assignment,func-returns-value]
    deliver(build_parts(settings, lambda: now_ms))
