"""What happened in an incident and when: its pace, actions, alerts, and what people did."""

from __future__ import annotations

from dataclasses import dataclass

import msgspec
from sqlalchemy import Connection

from domain.clock import rfc3339
from domain.incident_hours import GAP_MS
from domain.incidents import CALM_MS, bucket_seconds, is_over
from models.alerts.store import AlertRow, mass_alerts
from models.incidents.members import first_of_actions, violations_by_bucket
from models.incidents.store import IncidentRow, notes_of
from services.accounts.actors import actor_parts, people_of
from services.users.names import shown_users


class ShownSeries(msgspec.Struct, frozen=True, kw_only=True, rename={"since": "from"}):
    """Violations by bucket; `since` is when the first bucket begins."""

    since: str
    bucket_seconds: int
    violations: list[int]


@dataclass(frozen=True, slots=True, kw_only=True)
class TimelineEntry:
    """`by` is the id of a person or token, `action` what was done to a member."""

    at: str
    kind: str
    by: str | None
    action: str | None
    alert_id: str | None
    by_username: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownNote:
    id: str
    at: str
    text: str
    by: str | None
    by_username: str | None


@dataclass(frozen=True, slots=True)
class _Moment:
    at_ms: int
    kind: str
    by: str | None = None
    action: str | None = None
    alert_id: str | None = None


def shown_series(connection: Connection, row: IncidentRow) -> ShownSeries:
    """Some 60 buckets at most, from the bucket of the first violation to that of the last."""
    seconds = bucket_seconds(row.ended_ms - row.started_ms)
    width_ms = seconds * 1000
    first = row.started_ms // width_ms
    counts = violations_by_bucket(connection, row, width_ms)
    buckets = range(first, row.ended_ms // width_ms + 1)
    return ShownSeries(
        since=rfc3339(first * width_ms),
        bucket_seconds=seconds,
        violations=[counts.get(bucket, 0) for bucket in buckets],
    )


def shown_timeline(connection: Connection, row: IncidentRow, now_ms: int) -> list[TimelineEntry]:
    """Oldest first."""
    moments = _moments(connection, row, now_ms)
    people = shown_users(connection, people_of(one.by for one in moments), row.guild_id)
    entries = [
        TimelineEntry(
            at=rfc3339(one.at_ms),
            kind=one.kind,
            action=one.action,
            alert_id=one.alert_id,
            **actor_parts("by", one.by, people),
        )
        for one in moments
    ]
    return sorted(entries, key=lambda one: one.at)


def _moments(connection: Connection, row: IncidentRow, now_ms: int) -> list[_Moment]:
    moments = [_Moment(row.started_ms, "began")]
    moments += [
        _Moment(at_ms, "first_action", action=action)
        for action, at_ms in first_of_actions(connection, row)
        if action != "none"
    ]
    for alert in alerts_about(connection, row):
        moments.append(_Moment(alert.opened_ms, "alert_opened", alert_id=str(alert.id)))
        if alert.closed_ms is not None:
            moments.append(_Moment(alert.closed_ms, "alert_closed", alert_id=str(alert.id)))
    if row.looked_after_ms is not None:
        moments.append(_Moment(row.looked_after_ms, "taken", by=row.looked_after_by))
    if is_over(row.ended_ms, now_ms):
        moments.append(_Moment(row.ended_ms, "last_violation"))
    return moments


def alerts_about(connection: Connection, row: IncidentRow) -> list[AlertRow]:
    """The `mass_violations` that are about this incident."""
    return mass_alerts(connection, row.guild_id, row.from_ms - GAP_MS, row.until_ms + CALM_MS)


def shown_notes(connection: Connection, row: IncidentRow) -> list[ShownNote]:
    """Oldest first."""
    notes = notes_of(connection, row.guild_id, row.id)
    people = shown_users(connection, people_of(note.by for note in notes), row.guild_id)
    return [
        ShownNote(
            id=str(note.id),
            at=rfc3339(note.at_ms),
            text=note.text,
            **actor_parts("by", note.by, people),
        )
        for note in notes
    ]
