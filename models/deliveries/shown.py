"""Deliveries as people look at them: lists, and the attempts of one or of an alert."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Select, and_, func, select, tuple_, update

from domain.delivery_life import DeliveryState
from models.deliveries.store import DeliveryRow, delivery_columns, read_deliveries
from models.deliveries.tables import Delivery, DeliveryAttempt

Cursor = tuple[int, UUID]  # time and id of the last one seen


@dataclass(frozen=True, slots=True, kw_only=True)
class AttemptRow:
    delivery_id: UUID
    n: int
    begun_ms: int
    ended_ms: int | None
    outcome: str | None
    reason: str | None
    http_status: int | None
    answer: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldAttempt(AttemptRow):
    """With the delivery's channel, and what it tells (a MessageKind)."""

    channel_id: UUID
    kind: str


_ATTEMPT = tuple(DeliveryAttempt.__table__.c[name] for name in AttemptRow.__slots__)


def list_deliveries(
    connection: Connection,
    guild_id: int,
    state: str | None,
    limit: int,
    before: Cursor | None = None,
) -> list[DeliveryRow]:
    """Latest first; those in this state, or all."""
    query = delivery_columns().where(Delivery.guild_id == guild_id)
    if state is not None:
        query = query.where(Delivery.state == state)
    if before is not None:
        query = query.where(tuple_(Delivery.created_ms, Delivery.id) < tuple_(*before))
    query = query.order_by(Delivery.created_ms.desc(), Delivery.id.desc()).limit(limit)
    return read_deliveries(connection, query)


def deliveries_of_notification(
    connection: Connection, guild_id: int, notification_id: UUID
) -> list[DeliveryRow]:
    query = delivery_columns().where(
        Delivery.guild_id == guild_id, Delivery.subject == f"notification:{notification_id}"
    )
    return read_deliveries(connection, query.order_by(Delivery.channel_id, Delivery.target))


def deliveries_of_alert(
    connection: Connection, guild_id: int, alert_id: UUID, most: int
) -> list[DeliveryRow]:
    """The `most` that changed last."""
    query = delivery_columns().where(Delivery.guild_id == guild_id, Delivery.alert_id == alert_id)
    query = query.order_by(Delivery.updated_ms.desc(), Delivery.id).limit(most)
    return read_deliveries(connection, query)


def delivery_of(connection: Connection, guild_id: int, id: UUID) -> DeliveryRow | None:
    query = delivery_columns().where(Delivery.guild_id == guild_id, Delivery.id == id)
    found = read_deliveries(connection, query)
    return found[0] if found else None


def ends_of(
    connection: Connection, guild_ids: Collection[int], subjects: Collection[str]
) -> dict[str, list[tuple[str, str]]]:
    """State and reason of each delivery about these subjects."""
    found: dict[str, list[tuple[str, str]]] = {subject: [] for subject in subjects}
    query = select(Delivery.subject, Delivery.state, Delivery.reason)
    query = query.where(Delivery.guild_id.in_(list(guild_ids)), Delivery.subject.in_(subjects))
    for subject, state, reason in connection.execute(query):
        found[subject].append((state, reason))
    return found


def deliveries_about(
    connection: Connection, guild_id: int, subjects: Collection[str]
) -> dict[str, list[DeliveryRow]]:
    """The deliveries of each of these subjects, by channel and address."""
    found: dict[str, list[DeliveryRow]] = {subject: [] for subject in subjects}
    query = delivery_columns().where(
        Delivery.guild_id == guild_id, Delivery.subject.in_(list(subjects))
    )
    order = (Delivery.channel_id, Delivery.target)
    for row in read_deliveries(connection, query.order_by(*order)):
        found[row.subject].append(row)
    return found


def last_attempts(
    connection: Connection, guild_id: int, ids: Sequence[UUID]
) -> dict[UUID, AttemptRow]:
    """The latest attempt of each."""
    table = DeliveryAttempt
    query = select(*_ATTEMPT).where(table.guild_id == guild_id, table.delivery_id.in_(list(ids)))
    rows = connection.execute(query.order_by(table.n))
    return {row.delivery_id: AttemptRow(**row._mapping) for row in rows}


def attempts_of_alert(
    connection: Connection, guild_id: int, alert_id: UUID, most: int | None = None
) -> list[ToldAttempt]:
    """Those of all its deliveries, the earliest first; the last `most` of them, if given."""
    query = _attempts_about(guild_id, alert_id, *_ATTEMPT, Delivery.channel_id, Delivery.kind)
    order = DeliveryAttempt.begun_ms.desc(), DeliveryAttempt.n.desc(), Delivery.id
    rows = connection.execute(query.order_by(*order).limit(most)).all()
    return [ToldAttempt(**row._mapping) for row in reversed(rows)]


def count_attempts(connection: Connection, guild_id: int, alert_id: UUID) -> int:
    return connection.scalar(_attempts_about(guild_id, alert_id, func.count())) or 0


def _attempts_about(guild_id: int, alert_id: UUID, *columns: Any) -> Select[Any]:
    table = DeliveryAttempt
    theirs = and_(Delivery.guild_id == table.guild_id, Delivery.id == table.delivery_id)
    query: Select[Any] = select(*columns).select_from(table).join(Delivery, theirs)
    return query.where(table.guild_id == guild_id, Delivery.alert_id == alert_id)


def count_by_state(connection: Connection) -> dict[str, int]:
    query = select(Delivery.state, func.count()).group_by(Delivery.state)
    return {row[0]: row[1] for row in connection.execute(query)}


def retry(connection: Connection, row: DeliveryRow, now_ms: int, *, is_repeat: bool) -> bool:
    """Have it sent once more, its backoff begun anew; whether it still was in that state."""
    change = update(Delivery).where(
        Delivery.guild_id == row.guild_id, Delivery.id == row.id, Delivery.state == row.state
    )
    values = {
        "state": DeliveryState.RETRYING.value,
        "reason": "retried",
        "due_ms": now_ms,
        "failures": 0,
        "is_repeat": is_repeat,
        "updated_ms": now_ms,
    }
    return connection.execute(change.values(values)).rowcount == 1
