"""Reading and writing what guilds want to be told of."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import astuple
from typing import Any, cast

from sqlalchemy import Connection, Table, select

from domain.alert_rules import THRESHOLD_NAMES, EventType, Thresholds
from domain.alert_settings import AlertSettings
from domain.messages import Priority
from domain.quiet_hours import QuietHours
from models.alerts.tables import StoredAlertSettings
from models.sql.bulk import BulkInsert
from models.sql.key_list import is_one_of

_CHANGING = (
    "threshold",
    "enabled_events",
    *THRESHOLD_NAMES,
    "muted_until_ms",
    "quiet_start",
    "quiet_end",
    "quiet_zone",
    "updated_ms",
)
_SAVE = BulkInsert(
    StoredAlertSettings,
    ("guild_id", *_CHANGING, "created_ms"),
    f"(guild_id) DO UPDATE SET {', '.join(f'{name} = excluded.{name}' for name in _CHANGING)}",
)


def settings_of(connection: Connection, guild_ids: Sequence[int]) -> dict[int, AlertSettings]:
    """By guild; the defaults for those that never chose."""
    found = {guild_id: AlertSettings() for guild_id in guild_ids}
    if found:
        table = cast(Table, StoredAlertSettings.__table__)
        query = select(table).where(is_one_of(connection, table.c.guild_id, list(found)))
        found |= {row.guild_id: _settings(row) for row in connection.execute(query)}
    return found


def save_settings(
    connection: Connection, guild_id: int, settings: AlertSettings, now_ms: int
) -> None:
    quiet = settings.quiet_hours
    hours = (quiet.start_minute, quiet.end_minute, quiet.zone) if quiet else (None, None, None)
    events = json.dumps([name for name in EventType if name in settings.enabled_events])
    row = (
        guild_id,
        settings.threshold,
        events,
        *astuple(settings.thresholds),
        settings.muted_until_ms,
        *hours,
        now_ms,
        now_ms,
    )
    _SAVE.run(connection, [row])


def _settings(row: Any) -> AlertSettings:
    hours = (row.quiet_start, row.quiet_end, row.quiet_zone)
    return AlertSettings(
        threshold=Priority(row.threshold),
        enabled_events=frozenset(EventType(name) for name in json.loads(row.enabled_events)),
        thresholds=Thresholds(*(getattr(row, name) for name in THRESHOLD_NAMES)),
        muted_until_ms=row.muted_until_ms,
        quiet_hours=None if row.quiet_zone is None else QuietHours(*hours),
    )
