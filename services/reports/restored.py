"""After a restore of the database to an earlier minute: what was due then may have been sent."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import Connection

from domain.delivery_life import RESTORED_AFTER_MS
from domain.report_states import MOST_OPEN, RunState
from models.reports.occurrences import end, open_occurrences
from models.reports.schedules import due_schedules, plan_next
from services.deliveries.restored import REASON
from services.reports.entering import enter, planned

AT_ONCE = 100


def skip_restored(connection: Connection, now_ms: int) -> None:
    """Leave out the runs that were due over an hour ago; the history shows each."""
    before_ms = now_ms - RESTORED_AFTER_MS
    while rows := due_schedules(connection, before_ms, AT_ONCE):
        for row in rows:
            made = planned(row, before_ms)
            if made is not None:
                left_out = [replace(one, is_made=False) for one in made.planned]
                enter(connection, row, left_out, REASON, now_ms)
            plan_next(connection, row, made.next_ms if made else now_ms)
    for run in open_occurrences(connection, RunState.DUE, MOST_OPEN):
        if run.created_ms < before_ms:
            end(connection, run, RunState.SKIPPED, REASON, now_ms)
