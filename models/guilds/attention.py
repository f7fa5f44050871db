"""What waits in many guilds at once: each question is one statement, however many they are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Select, func, select

from domain.incidents import CALM_MS
from domain.snapshot import Kind
from domain.spans import Span
from models.alerts.tables import Alert
from models.incidents.tables import StoredIncident
from models.members.tables import Appeal
from models.notifications.tables import Notification, read_by
from models.snapshots.stored import MetricSnapshot

Guilds = Sequence[int]


def incidents_going_on(connection: Connection, guilds: Guilds, now_ms: int) -> dict[int, int]:
    table = StoredIncident
    # That nobody was told of its end is true of all that go on, and has an index.
    goes_on = table.told_over.is_(False) & (table.ended_ms >= now_ms - CALM_MS)
    return _counted(connection, _by_guild(table.guild_id, guilds).where(goes_on))


def open_alerts(connection: Connection, guilds: Guilds) -> dict[int, int]:
    query = _by_guild(Alert.guild_id, guilds).where(Alert.closed_ms.is_(None))
    return _counted(connection, query)


def appeals_waiting(connection: Connection, guilds: Guilds) -> dict[int, int]:
    query = _by_guild(Appeal.guild_id, guilds).where(Appeal.status == "pending")
    return _counted(connection, query)


def unread_notifications(connection: Connection, guilds: Guilds, reader: str) -> dict[int, int]:
    query = _by_guild(Notification.guild_id, guilds).where(~read_by(reader))
    return _counted(connection, query)


def day_health_bodies(connection: Connection, guilds: Guilds) -> dict[int, str]:
    """The snapshots of the day's health, as JSON; no entry where there is none."""
    table = MetricSnapshot
    query = select(table.guild_id, table.body).where(
        table.guild_id.in_(guilds),
        table.kind == Kind.HEALTH.value,
        table.period == Span.DAY.value,
    )
    return {row[0]: row[1] for row in connection.execute(query)}


def _by_guild(column: Any, guilds: Guilds) -> Select[int, int]:
    return select(column, func.count()).where(column.in_(guilds)).group_by(column)


def _counted(connection: Connection, query: Select[int, int]) -> dict[int, int]:
    return {row[0]: row[1] for row in connection.execute(query)}
