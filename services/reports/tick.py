"""All that time alone makes of scheduled reports: woken by beat, or by the web process without."""

from __future__ import annotations

from services.aside.steps import take_steps
from services.container import Parts
from services.reports.finishing import finish_sent, take_up_lost
from services.reports.planning import plan_due
from services.work.start import wake


def tick(parts: Parts) -> int:
    """Close what is over, take up what was lost, enter what is due; how many runs are new.

    Raises the first error of what failed, after all else was done.
    """
    asked: list[int] = []
    entered: list[int] = []
    steps = (
        ("sent_reports", lambda: finish_sent(parts)),
        ("lost_reports", lambda: asked.append(take_up_lost(parts))),
        ("due_reports", lambda: entered.append(plan_due(parts))),
    )
    try:
        take_steps(parts.database, parts.clock(), steps)
    finally:
        if any(asked + entered):
            wake(parts)
    return sum(entered)
