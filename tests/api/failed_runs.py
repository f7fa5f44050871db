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
    return DeliveryRow(
        guild_id=run.guild_id,
        id=delivery_id(run.id, channel_id, ""),
        subject=subject_of(run.id),
        notification_id=None,
        alert_id=None,
        kind="report",
        event_type="report",
        priority="low",
        channel_id=channel_id,
        channel_kind="webhook",
        target="",
        story=f"{channel_id.hex}:{run.id.hex}",
        seq=1,
        lane=channel_id.hex,
        state=state,
        reason="http_400",
        due_ms=None,
        created_ms=NOW_MS,
        updated_ms=NOW_MS,
    )
