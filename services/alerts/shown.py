"""Alerts and their trails as answers show them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import Connection

from adapters.database import Database
from domain.alert_rules import EventType
from domain.alert_states import (
    Word,
)
from domain.alert_words import alert_words, found_afterwards
from domain.clock import rfc3339
from domain.delivery_life import FINAL, DeliveryState
from domain.page_bytes import that_fit
from domain.reason_words import trail_text
from models.alerts.store import (
    AlertRow,
    TrailRow,
    alerts_by_id,
    list_alerts,
    trail_length,
    trail_of,
)
from models.channels.store import channels_of
from models.deliveries.shown import (
    ToldAttempt,
    attempts_of_alert,
    count_attempts,
    deliveries_of_alert,
)
from models.deliveries.store import DeliveryRow
from models.incidents.store import IncidentRow
from services.accounts.actors import actor_parts, people_of
from services.incidents.behind import incidents_behind
from services.users.names import ShownUser, shown_users

_ENDS = FINAL | {DeliveryState.HELD}
MOST_TRAIL = 500
_TOLD_BY = ("delivery", "attempt")
OPEN_STATES = ("firing", "acknowledged", "snoozed", "flapping", "no_data")


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownAlert:
    """In the order of the JSON. `closed_by` and `acknowledged_by` are ids of people or tokens.

    `value` and the words are of when it was told; its incident may have grown since.
    """

    id: str
    event_type: str
    state: str
    priority: str
    title: str
    text: str
    value: float | None
    threshold: float | None
    opened_at: str
    closed_at: str | None
    closed_reason: str | None
    closed_by: str | None
    closed_by_username: str | None
    acknowledged_at: str | None
    acknowledged_by: str | None
    acknowledged_by_username: str | None
    snoozed_until: str | None
    reminders: int
    next_reminder_at: str | None
    revision: int
    incident_id: str | None
    incident_violation_count: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertsPage:
    alerts: list[ShownAlert]


@dataclass(frozen=True, slots=True, kw_only=True)
class TrailEntry:
    """`channel_name` is None of a channel that was removed, and where there is none."""

    at: str
    kind: str
    reason: str
    text: str
    channel_id: str | None
    delivery_id: str | None
    by: str | None
    details: dict[str, Any]
    channel_name: str | None
    by_username: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Trail:
    """`left_out`: how many entries before these there are."""

    trail: list[TrailEntry]
    left_out: int


def alerts_page(database: Database, guild_id: int, state: str | None, limit: int) -> AlertsPage:
    """Latest first. `state`: one of an alert's, or `open` for all that are not over."""
    states = OPEN_STATES if state == "open" else [state] if state else []
    with database.read() as connection:
        rows = list_alerts(connection, guild_id, states, limit)
        return AlertsPage(alerts=_alerts(connection, guild_id, rows))


def alert_page(database: Database, guild_id: int, id: UUID) -> ShownAlert | None:
    with database.read() as connection:
        row = alerts_by_id(connection, [guild_id], [id]).get(id)
        return None if row is None else _alerts(connection, guild_id, [row])[0]


def trail_page(database: Database, guild_id: int, id: UUID) -> Trail | None:
    """What happened, what was decided, and each attempt to tell of it, in the order of time.

    The latest MOST_TRAIL of it, as far as they fit a page.
    """
    with database.read() as connection:
        if id not in alerts_by_id(connection, [guild_id], [id]):
            return None
        rows = trail_of(connection, guild_id, id, MOST_TRAIL)
        attempts = attempts_of_alert(connection, guild_id, id, MOST_TRAIL)
        deliveries = deliveries_of_alert(connection, guild_id, id, MOST_TRAIL)
        total = trail_length(connection, guild_id, id) + count_attempts(connection, guild_id, id)
        names = {row.id: row.name for row in channels_of(connection, [guild_id])}
        people = shown_users(connection, people_of(row.by for row in rows), guild_id)
    entries = [_entry(row, names, people) for row in rows]
    entries += [_attempt(row, names) for row in attempts]
    ends = _ends(deliveries, entries, names)
    entries = sorted((*entries, *ends), key=lambda entry: entry.at)
    kept = that_fit(reversed(entries[-MOST_TRAIL:]))
    return Trail(trail=kept[::-1], left_out=total + len(ends) - len(kept))


def _alerts(connection: Connection, guild_id: int, rows: Sequence[AlertRow]) -> list[ShownAlert]:
    incidents = incidents_behind(connection, guild_id, rows)
    actors = [actor for row in rows for actor in (row.acknowledged_by, row.closed_by)]
    people = shown_users(connection, people_of(actors), guild_id)
    return [_alert(row, people, incidents.get(row.id)) for row in rows]


def _alert(
    row: AlertRow, people: Mapping[int, ShownUser], incident: IncidentRow | None
) -> ShownAlert:
    title, text = _words(row)
    return ShownAlert(
        id=str(row.id),
        event_type=row.event_type,
        state=row.state,
        priority=row.priority,
        title=title,
        text=text,
        value=row.value,
        threshold=row.threshold,
        opened_at=rfc3339(row.opened_ms),
        closed_at=_moment(row.closed_ms),
        closed_reason=row.closed_reason,
        **actor_parts("closed_by", row.closed_by, people),
        acknowledged_at=_moment(row.acknowledged_ms),
        **actor_parts("acknowledged_by", row.acknowledged_by, people),
        snoozed_until=_moment(row.snoozed_until_ms),
        reminders=row.reminders,
        next_reminder_at=_moment(row.remind_ms if row.closed_ms is None else None),
        revision=row.revision,
        incident_id=None if incident is None else str(incident.id),
        incident_violation_count=None if incident is None else incident.violation_count,
    )


def _words(row: AlertRow) -> tuple[str, str]:
    if row.closed_reason == "found_afterwards":
        return found_afterwards(int(row.value or 0))
    return alert_words(EventType(row.event_type), Word.FIRING, row.value, row.threshold)


def _entry(row: TrailRow, names: Mapping[UUID, str], people: Mapping[int, ShownUser]) -> TrailEntry:
    return TrailEntry(
        at=rfc3339(row.at_ms),
        kind=row.kind,
        reason=row.reason,
        text=trail_text(row.kind, row.reason),
        channel_id=_text(row.channel_id),
        delivery_id=_text(row.delivery_id),
        **actor_parts("by", row.by, people),
        details=orjson.loads(row.details) if row.details else {},
        channel_name=None if row.channel_id is None else names.get(row.channel_id),
    )


def _attempt(row: ToldAttempt, names: Mapping[UUID, str]) -> TrailEntry:
    kind = f"attempt_{row.outcome or 'begun'}"
    reason = row.reason or "sending"
    return TrailEntry(
        at=rfc3339(row.ended_ms or row.begun_ms),
        kind=kind,
        reason=reason,
        text=trail_text(kind, reason),
        channel_id=str(row.channel_id),
        delivery_id=str(row.delivery_id),
        by=None,
        details={
            "told": row.kind,
            "attempt": row.n,
            "http_status": row.http_status,
            "answer": row.answer,
        },
        channel_name=names.get(row.channel_id),
        by_username=None,
    )


def _ends(
    rows: Iterable[DeliveryRow], entries: Iterable[TrailEntry], names: Mapping[UUID, str]
) -> list[TrailEntry]:
    """What became of deliveries when their turn came, where neither line nor attempt says it."""
    said = {(entry.delivery_id, entry.kind, entry.reason) for entry in entries}
    return [
        _end(row, names)
        for row in rows
        if row.state in _ENDS
        and not {(str(row.id), f"{what}_{row.state}", row.reason) for what in _TOLD_BY} & said
    ]


def _end(row: DeliveryRow, names: Mapping[UUID, str]) -> TrailEntry:
    kind = f"delivery_{row.state}"
    return TrailEntry(
        at=rfc3339(row.updated_ms),
        kind=kind,
        reason=row.reason,
        text=trail_text(kind, row.reason),
        channel_id=str(row.channel_id),
        delivery_id=str(row.id),
        by=None,
        details={"told": row.kind, "due_ms": row.due_ms},
        channel_name=names.get(row.channel_id),
        by_username=None,
    )


def _moment(ms: int | None) -> str | None:
    return None if ms is None else rfc3339(ms)


def _text(id: UUID | None) -> str | None:
    return None if id is None else str(id)
