"""Making a run's report: once, under a claim, with its deliveries in the transaction of its end."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

from sqlalchemy import Connection

from adapters.telemetry.counts import REPORTS
from domain.decisions import decide_asked
from domain.delivery_life import DeliveryState
from domain.long_work import MOST_ATTEMPTS
from domain.messages import MessageKind, Priority
from domain.report_plan import delivery_id, subject_of
from domain.report_schedules import BuiltReport, Occurrence, RunKind, Schedule, WhenEmpty
from domain.report_states import RunState
from models.deliveries.store import DeliveryRow, add_deliveries
from models.guilds.guild import lock_guilds
from models.reports.occurrences import OccurrenceRow, begin, end, note_built, occurrence_of
from models.reports.schedules import schedule_of, targets_of
from services.container import Parts
from services.deliveries.views import Situation, Target, situation_of
from services.reports.building import build
from services.reports.failures import give_up, note_success
from services.work.lease import LaterError, Lease, LeaseLostError, StopWorkError

EVENT = "report"  # of its deliveries: no event that channels choose


def make(parts: Parts, lease: Lease) -> None:
    """Make what the piece of work names, unless it is made. Whatever fails is tried again."""
    guild_id, id = lease.piece.guild_id, UUID(lease.piece.subject)
    try:
        while not _make(parts, lease, guild_id, id):
            lease.check()  # somebody's data was erased meanwhile: made again without it
    except (LeaseLostError, StopWorkError, LaterError):
        raise
    except Exception:
        if lease.piece.attempts >= MOST_ATTEMPTS:
            give_up(parts, guild_id, id)
        raise


def _make(parts: Parts, lease: Lease, guild_id: int, id: UUID) -> bool:
    """False where it has to be made again."""
    with parts.database.write() as connection:
        if not begin(connection, guild_id, id, lease.piece.claim):
            return True  # made, or given up
        run = occurrence_of(connection, guild_id, id)
        row = schedule_of(connection, guild_id, run.schedule_id) if run else None
        if run is None or row is None or (row.deleted_ms is not None):
            return run is None or end(
                connection, run, RunState.SKIPPED, "deleted", parts.clock(), lease.piece.claim
            )
    lease.check()
    built = build(parts, _occurrence(run, row.schedule))
    lease.check()
    return _finish(parts, run, row.schedule, built, lease.piece.claim)


def _occurrence(run: OccurrenceRow, schedule: Schedule) -> Occurrence:
    return Occurrence(
        id=run.id, kind=run.kind, schedule=schedule, window=run.window, is_late=run.is_late
    )


def _finish(
    parts: Parts, run: OccurrenceRow, schedule: Schedule, built: BuiltReport, claim: UUID
) -> bool:
    now_ms = parts.clock()
    is_unwanted = built.is_empty and schedule.when_empty is WhenEmpty.SKIP
    with parts.database.write() as connection:
        lock_guilds(connection, [run.guild_id])
        if is_unwanted and run.kind is RunKind.SCHEDULED:
            is_ours = end(connection, run, RunState.EMPTY, "empty", now_ms, claim)
            if is_ours:
                note_success(connection, run)
                REPORTS.labels(RunState.EMPTY.value).inc()
            return is_ours
        if not note_built(connection, run, claim, built, now_ms):
            return False
        add_deliveries(connection, list(_deliveries(connection, parts, run, now_ms)))
    parts.after_telling()
    return True


def _deliveries(
    connection: Connection, parts: Parts, run: OccurrenceRow, now_ms: int
) -> Iterator[DeliveryRow]:
    situation = situation_of(connection, parts.secrets, [run.guild_id], [])
    for wanted in targets_of(connection, run.guild_id, run.schedule_id):
        targets = situation.targets_of_channel(run.guild_id, wanted.channel_id)
        for target in targets:
            yield _to(situation, run, target, now_ms)
        if not targets:
            yield _to_nobody(run, wanted.channel_id, wanted.kind, now_ms)


def _to(situation: Situation, run: OccurrenceRow, target: Target, now_ms: int) -> DeliveryRow:
    story = target.story(run.id)
    decision = decide_asked(situation.view(target, story, run.schedule_id))
    is_queued = decision.state is DeliveryState.QUEUED
    return _delivery(
        run,
        target.row.id,
        target.row.kind,
        target.address,
        story=story,
        lane=target.lane(story),
        state=decision.state,
        reason=decision.reason.value,
        due_ms=now_ms if is_queued else None,
        now_ms=now_ms,
    )


def _to_nobody(run: OccurrenceRow, channel_id: UUID, kind: str, now_ms: int) -> DeliveryRow:
    """The channel was removed: the history shows that nothing went there."""
    story = f"{channel_id.hex}:{run.id.hex}"
    return _delivery(
        run,
        channel_id,
        kind,
        "",
        story=story,
        lane=channel_id.hex,
        state=DeliveryState.CANCELLED,
        reason="channel_off",
        due_ms=None,
        now_ms=now_ms,
    )


def _delivery(
    run: OccurrenceRow,
    channel_id: UUID,
    kind: str,
    address: str,
    *,
    story: str,
    lane: str,
    state: DeliveryState,
    reason: str,
    due_ms: int | None,
    now_ms: int,
) -> DeliveryRow:
    return DeliveryRow(
        guild_id=run.guild_id,
        id=delivery_id(run.id, channel_id, address),
        subject=subject_of(run.id),
        notification_id=None,
        alert_id=None,
        kind=MessageKind.REPORT.value,
        event_type=EVENT,
        priority=Priority.LOW.value,
        channel_id=channel_id,
        channel_kind=kind,
        target=address,
        story=story,
        seq=1,
        lane=lane,
        state=state.value,
        reason=reason,
        due_ms=due_ms,
        created_ms=now_ms,
        updated_ms=now_ms,
    )
