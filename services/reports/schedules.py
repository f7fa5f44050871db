"""Schedules of reports made, changed and removed by people, each with its audit entry."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfoNotFoundError

from sqlalchemy import Connection

from domain.report_plan import subject_of
from domain.report_schedules import Cadence, Schedule, Times
from domain.report_times import next_run
from domain.roles import Admin, Authenticated, Owner
from models.channels.store import forget_stops
from models.deliveries.store import cancel_about
from models.reports.occurrences import forget_runs, ids_being_sent
from models.reports.schedules import (
    MOST_SCHEDULES,
    ScheduleRow,
    count_schedules,
    insert_schedule,
    save_schedule,
    schedule_of,
)
from services.audit.change import Change, audited
from services.container import Parts
from services.reports.targets import Chosen, choose, rotate_secret, take_all_away, write

_TIMES = ("cadence", "timezone", "hour", "minute", "weekday", "day")
_OTHERS = ("name", "export_types", "format", "missed_policy", "when_empty", "enabled")


class NoScheduleError(Exception):
    """There is no such report in this guild."""


class TooManySchedulesError(Exception):
    """A guild has MOST_SCHEDULES already."""


class ScheduleFieldError(Exception):
    """A field that cannot have this value together with the others; `field` names it."""

    def __init__(self, field: str, text: str) -> None:
        super().__init__(text)
        self.field = field


@contextmanager
def known_zone() -> Iterator[None]:
    """What the host knew when the report was planned it may not know any more.

    Raises ScheduleFieldError then.
    """
    try:
        yield
    except ZoneInfoNotFoundError:
        raise ScheduleFieldError("timezone", "is not known here any more") from None


class StaleVersionError(Exception):
    """Another change came first."""


@dataclass(frozen=True, slots=True)
class Saved:
    """`warnings`: what its owner should know of where it goes."""

    row: ScheduleRow
    warnings: Sequence[str]


def create_schedule(
    parts: Parts, who: Authenticated[Admin], id: UUID, values: Mapping[str, Any]
) -> Saved:
    """`values`: the fields of the body, `delivery` with them. What has this id is answered as new.

    Raises TargetsError, TooManySchedulesError.
    """
    with parts.database.read() as connection:
        there = schedule_of(connection, who.guild_id, id)
    if there is not None:
        return Saved(there, [])
    chosen = choose(parts, who.guild_id, id, values["delivery"])
    row = _planned(parts, _made(who.guild_id, id, values, parts.clock()))
    with audited(parts, who, "schedules.create") as change:
        if count_schedules(change.connection, who.guild_id) >= MOST_SCHEDULES:
            raise TooManySchedulesError(f"a server has at most {MOST_SCHEDULES} reports")
        insert_schedule(change.connection, row)
        write(change.connection, parts, who.guild_id, id, chosen)
        change.details = {"after": _logged(row, chosen)}
    return Saved(row, _warnings(chosen))


def change_schedule(
    parts: Parts, who: Authenticated[Admin], id: UUID, values: Mapping[str, Any]
) -> Saved:
    """`values`: any fields of the body, and `version` as it was read.

    Raises NoScheduleError, StaleVersionError, TargetsError, ScheduleFieldError.
    """
    _present(parts, who.guild_id, id)
    chosen = None
    if "delivery" in values:
        chosen = choose(parts, who.guild_id, id, values["delivery"])
    with audited(parts, who, "schedules.update") as change:
        before = _locked(change, who.guild_id, id, values.get("version"))
        after = _changed(before, values, parts.clock())
        change.happened = after.schedule != before.schedule or chosen is not None
        if not change.happened:
            return Saved(before, [])
        version = before.schedule.version + 1
        after = replace(after, schedule=replace(after.schedule, version=version))
        if _is_planned_anew(before, after):
            after = _planned(parts, after)
        save_schedule(change.connection, after)
        if chosen is not None:
            write(change.connection, parts, who.guild_id, id, chosen)
        change.details = {"before": _logged(before, None), "after": _logged(after, chosen)}
    return Saved(after, _warnings(chosen or []))


def remove_schedule(parts: Parts, who: Authenticated[Admin], id: UUID) -> bool:
    """Whether there was one. Its runs stay on record."""
    with audited(parts, who, "schedules.delete") as change:
        row = schedule_of(change.connection, who.guild_id, id)
        change.happened = row is not None and row.deleted_ms is None
        if row is None or row.deleted_ms is not None:
            return False
        off = replace(row.schedule, enabled=False, version=row.schedule.version + 1)
        gone = replace(row, schedule=off, next_ms=None, deleted_ms=parts.clock())
        save_schedule(change.connection, gone)
        take_all_away(change.connection, parts, who.guild_id, id)
        _end(change.connection, who.guild_id, id, parts.clock())
        change.details = {"before": _logged(row, None)}
    return True


def rotate_target_secret(parts: Parts, who: Authenticated[Admin], id: UUID, target_id: UUID) -> str:
    """What the requests to a webhook of this report alone are signed with from now on.

    Raises NoScheduleError also where there is no such webhook.
    """
    with audited(parts, who, "schedules.rotate_secret") as change:
        secret = rotate_secret(change.connection, parts, who.guild_id, id, target_id)
        if secret is None:
            raise NoScheduleError
        change.details = {"id": str(id), "target_id": str(target_id)}
    return secret


def forget_history(parts: Parts, who: Authenticated[Owner], id: UUID) -> int:
    """Delete the runs that are over; how many. Raises NoScheduleError."""
    with audited(parts, who, "schedules.forget") as change:
        if schedule_of(change.connection, who.guild_id, id) is None:
            raise NoScheduleError
        forgotten = forget_runs(change.connection, who.guild_id, id)
        change.details = {"id": str(id), "runs": forgotten}
    return forgotten


def schedule_from(guild_id: int, id: UUID, values: Mapping[str, Any]) -> Schedule:
    """A schedule of these fields; what is not said is as it is by default."""
    times = Times(**{name: values[name] for name in _TIMES if name in values})
    others = {name: values[name] for name in _OTHERS if name in values}
    return Schedule(guild_id=guild_id, id=id, times=times, **others)


def _made(guild_id: int, id: UUID, values: Mapping[str, Any], now_ms: int) -> ScheduleRow:
    schedule = schedule_from(guild_id, id, values)
    return ScheduleRow(schedule=schedule, created_ms=now_ms, updated_ms=now_ms)


def _changed(row: ScheduleRow, given: Mapping[str, Any], now_ms: int) -> ScheduleRow:
    schedule = row.schedule
    values = _day_of_week(given, given.get("cadence", schedule.times.cadence))
    times = {name: values[name] for name in _TIMES if name in values}
    others = {name: values[name] for name in _OTHERS if name in values}
    changed = replace(schedule, times=replace(schedule.times, **times), **others)
    return replace(row, schedule=changed, updated_ms=now_ms)


def _is_planned_anew(before: ScheduleRow, after: ScheduleRow) -> bool:
    same_times = before.schedule.times == after.schedule.times
    return not same_times or before.schedule.enabled != after.schedule.enabled


def _planned(parts: Parts, row: ScheduleRow) -> ScheduleRow:
    if not row.schedule.enabled:
        return replace(row, next_ms=None, why_not=None)
    with known_zone():
        run = next_run(row.schedule.times, parts.clock())
    return replace(row, next_ms=run.nominal_ms, why_not=None)


def _present(parts: Parts, guild_id: int, id: UUID) -> ScheduleRow:
    with parts.database.read() as connection:
        row = schedule_of(connection, guild_id, id)
    if row is None or row.deleted_ms is not None:
        raise NoScheduleError
    return row


def _locked(change: Change, guild_id: int, id: UUID, version: int | None) -> ScheduleRow:
    """The row as it is now that the guild's row is ours."""
    row = schedule_of(change.connection, guild_id, id)
    if row is None or row.deleted_ms is not None:
        raise NoScheduleError
    if version is not None and version != row.schedule.version:
        raise StaleVersionError(f"the report has changed: it is at version {row.schedule.version}")
    return row


def _end(connection: Connection, guild_id: int, id: UUID, now_ms: int) -> None:
    """What waits of a report that is gone is not sent; who stopped it need not be known."""
    subjects = [subject_of(run) for run in ids_being_sent(connection, guild_id, id)]
    cancel_about(connection, guild_id, subjects, "deleted", now_ms)
    forget_stops(connection, guild_id, id)


def _day_of_week(values: Mapping[str, Any], cadence: Cadence) -> dict[str, Any]:
    """`values` with what `day` means for this cadence, for which it may not have been checked."""
    if "day" not in values:
        return dict(values)
    day, rest = values["day"], {name: values[name] for name in values if name != "day"}
    if cadence is not Cadence.WEEKLY:
        if day < 1:
            raise ScheduleFieldError("day", "must be 1 to 31")
        return dict(values)
    if day > 6:
        raise ScheduleFieldError("day", "of a weekly report is 0 (Sunday) to 6")
    return {"weekday": day} | rest


def _warnings(chosen: Sequence[Chosen]) -> list[str]:
    return [warning for one in chosen for warning in one.warnings]


def _logged(row: ScheduleRow, chosen: Sequence[Chosen] | None) -> dict[str, Any]:
    """What the audit log keeps: no address."""
    schedule = row.schedule
    logged: dict[str, Any] = {"id": str(schedule.id)}
    logged |= {name: getattr(schedule.times, name) for name in _TIMES}
    logged |= {name: getattr(schedule, name) for name in _OTHERS}
    if chosen is not None:
        logged["delivery"] = [{"id": str(one.channel_id), "kind": one.kind} for one in chosen]
    return logged
