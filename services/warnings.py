"""Members and their warning levels."""

from __future__ import annotations

from typing import Any

from adapters.database import Database
from domain.clock import rfc3339
from domain.cursor import read_cursor, write_cursor
from models.violation_list import ViolationFilter, list_violations
from models.warning_list import WarningItem, count_warnings, find_warning, list_warnings
from services.user_names import UNRESOLVED, ShownUser, shown_users
from services.violation_json import people_in, violations_json

HISTORY = 20
LEVELS = (
    "No warnings",
    "First warning",
    "Second warning",
    "Timed out",
    "Kicked",
    "Banned",
)


def warnings_page(
    database: Database,
    guild_id: int,
    *,
    limit: int,
    cursor: str | None = None,
    search: str | None = None,
    level: int | None = None,
) -> dict[str, Any]:
    """One page, highest level first. ValueError for a cursor that is none."""
    after = None
    if cursor:
        of_level, user_id = read_cursor(cursor, int, int)
        after = int(of_level), int(user_id)
    with database.read() as connection:
        items = list_warnings(
            connection, guild_id, limit=limit + 1, search=search, level=level, after=after
        )
        total = count_warnings(connection, guild_id, search, level)
        shown = items[:limit]
        users = shown_users(connection, (item.user_id for item in shown))
    last = shown[-1] if len(items) > limit else None
    return {
        "warnings": [_warning(item, users[item.user_id]) for item in shown],
        "total": total,
        "next_cursor": write_cursor(last.level, last.user_id) if last else None,
    }


def warning_detail(database: Database, guild_id: int, user_id: int) -> dict[str, Any]:
    """A member's standing and last violations; one nobody warned has level 0."""
    with database.read() as connection:
        item = find_warning(connection, guild_id, user_id)
        history = list_violations(connection, guild_id, ViolationFilter(user_id=user_id), HISTORY)
        users = shown_users(connection, {user_id, *people_in(history)})
    if item is None:
        latest = history[0].row.timestamp_ms if history else None
        item = WarningItem(user_id, 0, False, latest)
    shown = _warning(item, users.get(user_id, UNRESOLVED))
    shown["level_description"] = LEVELS[item.level]
    return shown | {"violations": violations_json(history, users)}


def _warning(item: WarningItem, user: ShownUser) -> dict[str, Any]:
    last_ms = item.last_violation_ms
    return {
        "user_id": str(item.user_id),
        "username": user.username,
        "avatar": user.avatar,
        "level": item.level,
        "kicked_before": item.kicked_before,
        "last_violation": None if last_ms is None else rfc3339(last_ms),
    }
