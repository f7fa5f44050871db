"""Which incident an alert is about."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Connection

from domain.alert_rules import EventType
from domain.incident_hours import GAP_MS
from domain.incidents import CALM_MS
from models.alerts.store import AlertRow
from models.incidents.store import IncidentRow, incidents_between


def incidents_behind(
    connection: Connection, guild_id: int, alerts: Sequence[AlertRow]
) -> dict[UUID, IncidentRow]:
    """Incidents by ids of alerts of `mass_violations`, where there is one.

    An alert opens while its incident goes on, by our clock, or by the bot's if found afterwards.
    """
    opened = {
        one.id: one.opened_ms for one in alerts if one.event_type == EventType.MASS_VIOLATIONS
    }
    if not opened:
        return {}
    first_ms, last_ms = min(opened.values()) - CALM_MS, max(opened.values()) + GAP_MS
    rows = incidents_between(connection, guild_id, first_ms, last_ms)
    return {
        id: row
        for id, at_ms in opened.items()
        for row in rows
        if row.from_ms - GAP_MS <= at_ms <= row.until_ms + CALM_MS
    }
