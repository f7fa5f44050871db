"""Reading and writing alerts, what is known of them, and their trail."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import cast
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, Table, func, or_, select

from domain.alert_life import FORGOTTEN_AFTER_MS, LONGEST_SNOOZE_MS
from domain.alert_rules import Condition, EventType
from domain.alert_states import (
    Episode,
    Life,
    State,
)
from domain.clock import APART_MS
from domain.decisions import GROUP_MS
from models.alerts.tables import Alert, AlertState, AlertTrailEntry
from models.sql.bulk import BulkInsert

Key = tuple[int, str]  # guild, event type


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertRow:
    guild_id: int
    id: UUID
    event_type: str
    state: str
    priority: str
    value: float | None
    threshold: float | None
    opened_ms: int
    closed_ms: int | None = None
    closed_by: str | None = None
    closed_reason: str | None = None
    acknowledged_by: str | None = None
    acknowledged_ms: int | None = None
    snoozed_until_ms: int | None = None
    reminders: int = 0
    remind_ms: int | None = None
    revision: int = 1

    @property
    def episode(self) -> Episode | None:
        if self.closed_ms is not None:
            return None
        return Episode(
            state=State(self.state),
            opened_ms=self.opened_ms,
            revision=self.revision,
            acknowledged_ms=self.acknowledged_ms,
            snoozed_until_ms=self.snoozed_until_ms,
            reminders=self.reminders,
            remind_ms=self.remind_ms,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class StateRow:
    """What is known of one event type in one guild. `due_ms`: when time changes something next."""

    guild_id: int
    event_type: str
    life: Life = field(default_factory=Life)
    value: float | None = None
    until_ms: int | None = None
    grouped: str | None = None
    due_ms: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TrailRow:
    guild_id: int
    alert_id: UUID
    at_ms: int
    kind: str
    reason: str
    channel_id: UUID | None = None
    delivery_id: UUID | None = None
    by: str | None = None
    details: str | None = None


_ALERT = AlertRow.__slots__
_ALERTS = cast(Table, Alert.__table__)
_CHANGING = [name for name in _ALERT if name not in ("guild_id", "id", "event_type", "opened_ms")]
_SAVE_ALERT = BulkInsert(
    Alert,
    _ALERT,
    f"(guild_id, id) DO UPDATE SET {', '.join(f'{name} = excluded.{name}' for name in _CHANGING)}",
)
_STATE = (
    "condition",
    "value",
    "changed_ms",
    "latched",
    "openings",
    "told",
    "until_ms",
    "grouped",
    "due_ms",
)
_SAVE_STATE = BulkInsert(
    AlertState,
    ("guild_id", "event_type", *_STATE),
    "(guild_id, event_type) DO UPDATE SET "
    + ", ".join(f"{name} = excluded.{name}" for name in _STATE),
)
_TRAIL = ("guild_id", "alert_id", "seq", "at_ms", "kind", "reason")
_TRAIL_MORE = ("channel_id", "delivery_id", "by", "details")
_ADD_TRAIL = BulkInsert(AlertTrailEntry, (*_TRAIL, *_TRAIL_MORE))


def states_of(connection: Connection, guild_ids: Iterable[int]) -> dict[Key, StateRow]:
    """What is known, with the open alert in its life, by guild and event type."""
    ids = list(guild_ids)
    open_alerts = {(row.guild_id, row.event_type): row for row in open_alerts_of(connection, ids)}
    table = cast(Table, AlertState.__table__)
    found = {}
    for row in connection.execute(select(table).where(table.c.guild_id.in_(ids))):
        key = (row.guild_id, row.event_type)
        alert = open_alerts.get(key)
        life = Life(
            condition=Condition(row.condition),
            changed_ms=row.changed_ms,
            latched=row.latched,
            openings=tuple(json.loads(row.openings)),
            told=tuple(json.loads(row.told)),
            episode=None if alert is None else alert.episode,
        )
        found[key] = StateRow(
            guild_id=row.guild_id,
            event_type=row.event_type,
            life=life,
            value=row.value,
            until_ms=row.until_ms,
            grouped=row.grouped,
            due_ms=row.due_ms,
        )
    return found


def save_states(connection: Connection, rows: Sequence[StateRow]) -> None:
    values = [
        (
            row.guild_id,
            row.event_type,
            row.life.condition,
            row.value,
            row.life.changed_ms,
            row.life.latched,
            json.dumps(row.life.openings),
            json.dumps(row.life.told),
            row.until_ms,
            row.grouped,
            row.due_ms,
        )
        for row in rows
    ]
    _SAVE_STATE.run(connection, values)


def due_states(
    connection: Connection, now_ms: int, most: int, but: Collection[int] = ()
) -> list[Key]:
    """Where time alone changes something by now, longest due first, or was put off for too long.

    but: guilds that are left out
    """
    due_ms = AlertState.due_ms
    is_due = due_ms.is_not(None) & or_(due_ms <= now_ms, _is_put_off(now_ms))
    query = select(AlertState.guild_id, AlertState.event_type)
    query = query.where(is_due, AlertState.guild_id.not_in(list(but)))
    rows = connection.execute(query.order_by(due_ms).limit(most))
    return [(guild_id, event_type) for guild_id, event_type in rows]


def _is_put_off(now_ms: int) -> ColumnElement[bool]:
    """By a clock that was ahead, and was set back since."""
    ahead_ms, due_ms = now_ms + APART_MS, AlertState.due_ms
    is_group = AlertState.event_type.in_((EventType.NEW_VIOLATION, EventType.CONFIG_UPDATE))
    return or_(
        due_ms > ahead_ms + max(LONGEST_SNOOZE_MS, FORGOTTEN_AFTER_MS),
        (due_ms > ahead_ms) & (AlertState.changed_ms > ahead_ms),
        (due_ms > ahead_ms + GROUP_MS) & is_group,
    )


def open_alerts_of(connection: Connection, guild_ids: Iterable[int]) -> list[AlertRow]:
    query = select(*_ALERTS.c).where(
        _ALERTS.c.guild_id.in_(list(guild_ids)), _ALERTS.c.closed_ms.is_(None)
    )
    return [AlertRow(**row._mapping) for row in connection.execute(query)]


def alerts_by_id(
    connection: Connection, guild_ids: Iterable[int], ids: Iterable[UUID]
) -> dict[UUID, AlertRow]:
    query = select(*_ALERTS.c).where(
        _ALERTS.c.guild_id.in_(list(guild_ids)), _ALERTS.c.id.in_(list(ids))
    )
    return {row.id: AlertRow(**row._mapping) for row in connection.execute(query)}


def alerts_overlapping(
    connection: Connection, guild_id: int, event_type: str, from_ms: int, until_ms: int
) -> int:
    """How many alerts were open at some time within [from, until]."""
    table = Alert
    query = select(func.count()).where(
        table.guild_id == guild_id,
        table.event_type == event_type,
        table.opened_ms <= until_ms,
        (table.closed_ms.is_(None)) | (table.closed_ms >= from_ms),
    )
    return connection.scalar(query) or 0


def mass_alerts(
    connection: Connection, guild_id: int, from_ms: int, until_ms: int
) -> list[AlertRow]:
    """Alerts of `mass_violations` that opened within [from, until], oldest first."""
    query = select(*_ALERTS.c).where(
        _ALERTS.c.guild_id == guild_id,
        _ALERTS.c.event_type == EventType.MASS_VIOLATIONS.value,
        _ALERTS.c.opened_ms >= from_ms,
        _ALERTS.c.opened_ms <= until_ms,
    )
    query = query.order_by(_ALERTS.c.opened_ms)
    return [AlertRow(**row._mapping) for row in connection.execute(query)]


def save_alerts(connection: Connection, rows: Sequence[AlertRow]) -> None:
    _SAVE_ALERT.run(connection, [tuple(getattr(row, name) for name in _ALERT) for row in rows])


def list_alerts(
    connection: Connection, guild_id: int, states: Sequence[str], limit: int
) -> list[AlertRow]:
    """Latest first; those in these states, all if there are none."""
    query = select(*_ALERTS.c).where(_ALERTS.c.guild_id == guild_id)
    if states:
        query = query.where(_ALERTS.c.state.in_(states))
    query = query.order_by(_ALERTS.c.opened_ms.desc(), _ALERTS.c.id.desc()).limit(limit)
    return [AlertRow(**row._mapping) for row in connection.execute(query)]


def count_open(connection: Connection) -> dict[str, int]:
    """Open alerts of all guilds, by event type."""
    query = select(Alert.event_type, func.count()).where(Alert.closed_ms.is_(None))
    rows = connection.execute(query.group_by(Alert.event_type))
    return {row[0]: row[1] for row in rows}


def add_trail(connection: Connection, rows: Sequence[TrailRow]) -> None:
    """Behind what is there. The guilds' rows must be locked, so that places are not taken twice."""
    if not rows:
        return
    table = AlertTrailEntry
    query = (
        select(table.alert_id, func.max(table.seq))
        .where(
            table.guild_id.in_({row.guild_id for row in rows}),
            table.alert_id.in_({row.alert_id for row in rows}),
        )
        .group_by(table.alert_id)
    )
    last: dict[UUID, int] = {row[0]: row[1] for row in connection.execute(query)}
    values = []
    for row in rows:
        seq = last[row.alert_id] = last.get(row.alert_id, 0) + 1
        more = (row.channel_id, row.delivery_id, row.by, row.details)
        values.append((row.guild_id, row.alert_id, seq, row.at_ms, row.kind, row.reason, *more))
    _ADD_TRAIL.run(connection, values)


def trail_of(
    connection: Connection, guild_id: int, alert_id: UUID, most: int | None = None
) -> list[TrailRow]:
    """In the order in which it was written; the last `most` of it, if given."""
    table = cast(Table, AlertTrailEntry.__table__)
    query = select(*(table.c[name] for name in TrailRow.__slots__))
    query = query.where(table.c.guild_id == guild_id, table.c.alert_id == alert_id)
    rows = connection.execute(query.order_by(table.c.seq.desc()).limit(most)).all()
    return [TrailRow(**row._mapping) for row in reversed(rows)]


def trail_length(connection: Connection, guild_id: int, alert_id: UUID) -> int:
    table = AlertTrailEntry
    mine = table.guild_id == guild_id, table.alert_id == alert_id
    return connection.scalar(select(func.count()).select_from(table).where(*mine)) or 0
