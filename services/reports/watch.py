"""How scheduled reports are, for `/health`."""

from __future__ import annotations

from dataclasses import dataclass

from adapters.database import Database
from domain.report_states import LATE_AFTER_MS
from domain.windows import MINUTE_MS
from models.reports.occurrences import OpenRuns, open_runs
from models.reports.schedules import ScheduleRow, every_schedule, overdue

MADE_WITHIN_MS = 90 * MINUTE_MS


@dataclass(frozen=True, slots=True)
class ReportsStanding:
    """`overdue`: schedules that nobody looked at in time, since `overdue_ms` ago."""

    overdue: int
    overdue_ms: int
    runs: OpenRuns
    oldest_due_ms: int

    @property
    def is_late(self) -> bool:
        """A run may wait for its files for an hour."""
        return self.overdue_ms > LATE_AFTER_MS or self.oldest_due_ms > MADE_WITHIN_MS


def standing(database: Database, now_ms: int) -> ReportsStanding:
    with database.read() as connection:
        count, since_ms = overdue(connection, now_ms)
        runs = open_runs(connection)
    return ReportsStanding(count, _age_ms(since_ms, now_ms), runs, _age_ms(runs.oldest_ms, now_ms))


def overdue_schedules(database: Database, now_ms: int, most: int) -> list[ScheduleRow]:
    """The longest overdue first."""
    with database.read() as connection:
        rows = every_schedule(connection, most)
    return [row for row in rows if row.next_ms is not None and row.next_ms <= now_ms]


def _age_ms(since_ms: int | None, now_ms: int) -> int:
    return 0 if since_ms is None else max(now_ms - since_ms, 0)
