"""Schedules of reports and their runs; mail addresses and places are masked for all but admins."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlalchemy import Connection

from adapters.channels.registry import CHANNELS
from domain.clock import rfc3339
from domain.cursor import read_place, write_cursor
from domain.page_bytes import page_of
from domain.reason_words import reason_text
from domain.report_plan import subject_of
from domain.report_schedules import Cadence, Schedule, Window
from domain.report_times import next_runs
from domain.roles import Admin, Authenticated, Viewer
from models.channels.store import ChannelRow, every_channel_of
from models.deliveries.shown import AttemptRow, deliveries_about, last_attempts
from models.deliveries.store import DeliveryRow
from models.erasure.reports import addresses_with_reports
from models.reports.occurrences import (
    OccurrenceRow,
    last_occurrences,
    occurrence_of,
    occurrences_of,
)
from models.reports.schedules import ScheduleRow, TargetRow, all_targets, schedule_of, schedules_of
from services.channels.sealing import is_readable, open_settings
from services.container import Parts
from services.deliveries.shown import address_for, channel_names, shown_attempt, shown_channel
from services.reports.schedules import NoScheduleError
from services.reports.shape import (
    NextRun,
    RunsPage,
    SchedulesPage,
    ShownOutcome,
    ShownRun,
    ShownSchedule,
    ShownTarget,
    ShownWindow,
)

_SHOWN = ("addresses", "url", "thread_id")
# A run may have gone to hundreds of addresses: those that do not fit on a page are not looked up.
RUNS_AT_ONCE = 10


def schedules_shown(parts: Parts, who: Authenticated[Viewer]) -> SchedulesPage:
    """All of them, the earliest made first."""
    with parts.database.read() as connection:
        rows = schedules_of(connection, who.guild_id)
        return SchedulesPage(
            schedules=_schedules(connection, parts, who, rows),
            mailed_to=addresses_with_reports(connection, who.guild_id),
        )


def schedule_shown(parts: Parts, who: Authenticated[Viewer], id: UUID) -> ShownSchedule:
    """Raises NoScheduleError."""
    with parts.database.read() as connection:
        row = schedule_of(connection, who.guild_id, id)
        if row is None or row.deleted_ms is not None:
            raise NoScheduleError
        return _schedules(connection, parts, who, [row])[0]


def runs_shown(
    parts: Parts, who: Authenticated[Viewer], id: UUID, limit: int, cursor: str | None
) -> RunsPage:
    """Latest first; also those of a report that was deleted. Raises NoScheduleError, ValueError."""
    before = None if cursor is None else read_place(cursor)
    with parts.database.read() as connection:
        if schedule_of(connection, who.guild_id, id) is None:
            raise NoScheduleError
        rows = occurrences_of(connection, who.guild_id, id, limit + 1, before)
        runs, last = page_of(_one_by_one(connection, who, rows[:limit]), rows)
    return RunsPage(
        runs=runs,
        next_cursor=write_cursor(last.created_ms, str(last.id)) if last else None,
    )


def run_shown(parts: Parts, who: Authenticated[Viewer], id: UUID) -> ShownRun:
    """Raises NoScheduleError."""
    with parts.database.read() as connection:
        row = occurrence_of(connection, who.guild_id, id)
        if row is None:
            raise NoScheduleError
        return _runs(connection, who, [row])[0]


def _schedules(
    connection: Connection, parts: Parts, who: Authenticated[Viewer], rows: Sequence[ScheduleRow]
) -> list[ShownSchedule]:
    guild_id = who.guild_id
    targets = all_targets(connection, guild_id)
    channels = {row.id: row for row in every_channel_of(connection, [guild_id])}
    last = last_occurrences(connection, guild_id)
    runs = {run.id: run for run in _runs(connection, who, list(last.values()))}
    shown = []
    for row in rows:
        run = runs[str(last[row.schedule.id].id)] if row.schedule.id in last else None
        some = targets.get(row.schedule.id, [])
        entries = [
            _target(parts, who, target, channels.get(target.channel_id), run) for target in some
        ]
        shown.append(_schedule(row, parts.clock(), entries, run))
    return shown


def _schedule(
    row: ScheduleRow, now_ms: int, delivery: list[ShownTarget], run: ShownRun | None
) -> ShownSchedule:
    schedule, times = row.schedule, row.schedule.times
    return ShownSchedule(
        id=str(schedule.id),
        name=schedule.name,
        export_types=list(schedule.export_types),
        format=schedule.format,
        cadence=times.cadence.value,
        timezone=times.timezone,
        hour=times.hour,
        minute=times.minute,
        weekday=times.weekday if times.cadence is Cadence.WEEKLY else None,
        day=times.day if times.cadence is Cadence.MONTHLY else None,
        missed_policy=schedule.missed_policy.value,
        when_empty=schedule.when_empty.value,
        enabled=schedule.enabled,
        why_not=row.why_not,
        failing=row.failing,
        delivery=delivery,
        next_runs=next_runs_shown(schedule, now_ms),
        last_run=run,
        version=schedule.version,
        created_at=rfc3339(row.created_ms),
        updated_at=rfc3339(row.updated_ms),
    )


def next_runs_shown(schedule: Schedule, now_ms: int) -> list[NextRun]:
    """None of one that is off."""
    if not schedule.enabled:
        return []
    try:
        zone = ZoneInfo(schedule.times.timezone)
        return [
            NextRun(local=datetime.fromtimestamp(ms / 1000, zone).isoformat(), at=rfc3339(ms))
            for ms in next_runs(schedule.times, now_ms)
        ]
    except ZoneInfoNotFoundError:
        return []


def _target(
    parts: Parts,
    who: Authenticated[Viewer],
    target: TargetRow,
    row: ChannelRow | None,
    run: ShownRun | None,
) -> ShownTarget:
    is_own = row is not None and row.schedule_id is not None
    deliveries = run.deliveries if run else []
    mine = [one for one in deliveries if one.channel.id == str(target.channel_id)]
    return ShownTarget(
        id=str(target.channel_id) if is_own else None,
        channel_id=None if is_own else str(target.channel_id),
        kind=target.kind if row is None else row.kind,
        name=None if row is None else row.name,
        **_settings(parts, who, row if is_own else None),
        state="gone" if row is None else row.state,
        last_failure=None if row is None else row.last_failure,
        last=mine,
    )


def _settings(parts: Parts, who: Authenticated[Viewer], row: ChannelRow | None) -> dict[str, Any]:
    """Those fields of a ShownTarget."""
    if row is None:
        return dict.fromkeys(_SHOWN)
    settings = row.mask
    if issubclass(who.role, Admin) and is_readable(parts.secrets, row):
        opened = open_settings(parts.secrets, row)
        settings = CHANNELS[row.kind].masked(opened, for_admin=True)
    return {name: settings.get(name) for name in _SHOWN}


def _one_by_one(
    connection: Connection, who: Authenticated[Viewer], rows: Sequence[OccurrenceRow]
) -> Iterator[ShownRun]:
    for start in range(0, len(rows), RUNS_AT_ONCE):
        yield from _runs(connection, who, rows[start : start + RUNS_AT_ONCE])


def _runs(
    connection: Connection, who: Authenticated[Viewer], rows: Sequence[OccurrenceRow]
) -> list[ShownRun]:
    guild_id = who.guild_id
    subjects = [subject_of(row.id) for row in rows]
    deliveries = deliveries_about(connection, guild_id, subjects)
    ids = [one.id for some in deliveries.values() for one in some]
    attempts = last_attempts(connection, guild_id, ids) if ids else {}
    names = channel_names(connection, guild_id)
    return [
        _run(row, [_outcome(who, one, names, attempts) for one in deliveries[subject_of(row.id)]])
        for row in rows
    ]


def _run(row: OccurrenceRow, deliveries: list[ShownOutcome]) -> ShownRun:
    return ShownRun(
        id=str(row.id),
        kind=row.kind.value,
        status=row.state.value,
        reason=row.reason,
        due_at=None if row.nominal_ms is None else rfc3339(row.nominal_ms),
        is_late=row.is_late,
        window=_window(row.window),
        exports=[str(id) for id in row.exports],
        created_at=rfc3339(row.created_ms),
        built_at=None if row.built_ms is None else rfc3339(row.built_ms),
        ended_at=None if row.ended_ms is None else rfc3339(row.ended_ms),
        deliveries=deliveries,
    )


def _window(window: Window) -> ShownWindow:
    return ShownWindow(
        start=rfc3339(window.start_ms),
        end=rfc3339(window.end_ms),
        timezone=window.timezone,
        cadence=window.cadence.value,
    )


def _outcome(
    who: Authenticated[Viewer],
    row: DeliveryRow,
    names: Mapping[UUID, str],
    attempts: Mapping[UUID, AttemptRow],
) -> ShownOutcome:
    return ShownOutcome(
        id=str(row.id),
        channel=shown_channel(row.channel_id, row.channel_kind, names),
        target=address_for(who, row.target),
        status=row.state,
        reason=row.reason,
        text=reason_text(row.reason),
        due_at=None if row.due_ms is None else rfc3339(row.due_ms),
        attempts=row.attempts,
        may_be_repeat=row.is_repeat,
        last_attempt=shown_attempt(attempts.get(row.id)),
    )
