"""Scheduled reports of a town, and what looks after them: as beat, long work and senders do."""

from __future__ import annotations

from dataclasses import dataclass
from threading import Event
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import select

from domain.clock import parse_rfc3339
from domain.report_schedules import Cadence, MissedPolicy, Schedule, Times, WhenEmpty
from domain.report_times import next_run
from models.reports.occurrences import OccurrenceRow, occurrences_of
from models.reports.schedules import (
    ScheduleRow,
    TargetRow,
    insert_schedule,
    schedule_of,
    set_targets,
)
from models.work.long import LongWork
from services.deliveries.engine import deliver
from services.reports.finishing import finish_sent, take_up_lost
from services.reports.planning import plan_due
from services.work.kinds import long_worker
from tests.parts import GUILD
from tests.services.alerts.town import Town

MINUTE_MS, HOUR_MS, DAY_MS = 60_000, 3_600_000, 86_400_000


@dataclass
class Press:
    """Its clock stands where the town's does: 18 March 2026, 10:20 UTC, a Wednesday."""

    town: Town

    def add(
        self,
        *channels: UUID,
        guild_id: int = GUILD,
        policy: MissedPolicy = MissedPolicy.RUN_ONCE,
        when_empty: WhenEmpty = WhenEmpty.SEND,
        **times: Any,
    ) -> UUID:
        """A schedule, daily at 8:00 UTC unless `times` says other."""
        when = Times(**{"cadence": Cadence.DAILY, "timezone": "UTC", "hour": 8, **times})
        schedule = Schedule(
            guild_id=guild_id,
            id=uuid4(),
            name="Morning",
            export_types=("violations",),
            format="csv",
            times=when,
            missed_policy=policy,
            when_empty=when_empty,
        )
        now_ms = self.town.clock()
        row = ScheduleRow(
            schedule=schedule,
            created_ms=now_ms,
            updated_ms=now_ms,
            next_ms=next_run(when, now_ms).nominal_ms,
        )
        with self.town.parts.database.write() as connection:
            insert_schedule(connection, row)
            targets = [TargetRow(id, "slack") for id in channels]
            set_targets(connection, guild_id, schedule.id, targets)
        return schedule.id

    def row(self, id: UUID, guild_id: int = GUILD) -> ScheduleRow:
        with self.town.parts.database.read() as connection:
            found = schedule_of(connection, guild_id, id)
        assert found is not None
        return found

    def runs(self, id: UUID, guild_id: int = GUILD) -> list[OccurrenceRow]:
        """The first due first."""
        with self.town.parts.database.read() as connection:
            found = occurrences_of(connection, guild_id, id, 1000)
        return sorted(found, key=lambda run: run.window.nominal_ms)

    def states(self, id: UUID, guild_id: int = GUILD) -> list[str]:
        return [run.state.value for run in self.runs(id, guild_id)]

    def at(self, time: str) -> None:
        """Set the clock, as in `2026-03-19T08:00:00Z`."""
        self.town.clock.now_ms = parse_rfc3339(time)

    def look(self) -> int:
        """What beat wakes; how many runs are new."""
        finish_sent(self.town.parts)
        take_up_lost(self.town.parts)
        return plan_due(self.town.parts)

    def make(self) -> int:
        """What long work does."""
        return long_worker(self.town.parts, Event()).run_due()

    def turn(self) -> None:
        """All of it once: entered, made, sent, closed."""
        self.look()
        self.make()
        deliver(self.town.parts)
        self.look()

    def turns(self) -> None:
        """Until what has to wait for its provider has been sent as well."""
        for _ in range(4):
            self.turn()
            self.town.clock.advance(MINUTE_MS)

    def work(self) -> list[tuple[str, str]]:
        """State and subject of each piece of long work."""
        query = select(LongWork.state, LongWork.subject).order_by(LongWork.created_ms)
        with self.town.parts.database.read() as connection:
            return [(row.state, row.subject) for row in connection.execute(query)]
