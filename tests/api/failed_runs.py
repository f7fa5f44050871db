"""A run of a report that was made and did not arrive, as rows."""

from __future__ import annotations

from uuid import UUID, uuid4

from sqlalchemy import Connection

from domain.report_plan import delivery_id, subject_of
from domain.report_schedules import BuiltReport, Cadence, RunKind, Times
from domain.report_states import RunState
from domain.report_times import window_now
from models.deliveries.store import DeliveryRow, add_deliveries
from models.reports.occurrences import (
    OccurrenceRow,
    add_occurrences,
    begin,
    end,
    note_built,
    occurrence_of,
)
from tests.delivery_rows import delivery_row
from tests.parts import NOW_MS


def add_failed_run(
    connection: Connection, guild_id: int, schedule_id: UUID, channel_id: UUID, state: str = "dead"
) -> UUID:
    """The id of its one delivery."""
    run = OccurrenceRow(
        guild_id=guild_id,
        id=uuid4(),
        schedule_id=schedule_id,
        kind=RunKind.MANUAL,
        nominal_ms=None,
        window=window_now(Times(cadence=Cadence.DAILY, timezone="UTC", hour=8), NOW_MS),
        state=RunState.DUE,
        reason="due",
        created_ms=NOW_MS,
    )
    claim = uuid4()
    add_occurrences(connection, [run])
    assert begin(connection, guild_id, run.id, claim)
    assert note_built(connection, run, claim, BuiltReport(content=b"made"), NOW_MS)
    built = occurrence_of(connection, guild_id, run.id)
    assert built is not None
    add_deliveries(connection, [_delivery(run, channel_id, state)])
    assert end(connection, built, RunState.FAILED, "failed", NOW_MS)
    return delivery_id(run.id, channel_id, "")


def _delivery(run: OccurrenceRow, channel_id: UUID, state: str) -> DeliveryRow:
    return delivery_row(
        run.guild_id,
        channel_id,
        delivery_id(run.id, channel_id, ""),
        NOW_MS,
        subject=subject_of(run.id),
        kind="report",
        event_type="report",
        priority="low",
        story=f"{channel_id.hex}:{run.id.hex}",
        state=state,
    )
