"""Members and their warning levels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from adapters.database import Database
from domain.clock import rfc3339
from domain.cursor import read_cursor, write_cursor
from domain.users import deleted_username
from models.guilds.channel_names import channel_names
from models.members.warnings import (
    WarningItem,
    count_warnings,
    find_warning,
    list_warnings,
)
from models.violations.list import ViolationFilter, list_violations
from services.users.names import UNRESOLVED, ShownUser, shown_users
from services.violations.shape import ShownViolation, channels_in, people_in, shown_violations

HISTORY = 20
LEVELS = (
    "No warnings",
    "First warning",
    "Second warning",
    "Timed out",
    "Kicked",
    "Banned",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownWarning:
    user_id: str
    username: str | None
    avatar: str | None
    level: int
    kicked_before: bool
    last_violation: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    user_id: str
    level: int
    kicked_before: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class WarningDetail(ShownWarning):
    """With what the level means, and the member's last violations.

    is_known: whether anything was heard of them here: a standing, a violation, or a name
    """

    is_known: bool
    level_description: str
    violations: list[ShownViolation]


@dataclass(frozen=True, slots=True, kw_only=True)
class WarningsPage:
    warnings: list[ShownWarning]
    total: int
    next_cursor: str | None


def warnings_page(
    database: Database,
    guild_id: int,
    *,
    limit: int,
    cursor: str | None = None,
    search: str | None = None,
    level: int | None = None,
) -> WarningsPage:
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
        users = shown_users(connection, (item.user_id for item in shown), guild_id)
    last = shown[-1] if len(items) > limit else None
    return WarningsPage(
        warnings=[ShownWarning(**_said(item, users[item.user_id])) for item in shown],
        total=total,
        next_cursor=write_cursor(last.level, last.user_id) if last else None,
    )


def warning_detail(database: Database, guild_id: int, user_id: int) -> WarningDetail:
    """A member's standing and last violations; one nobody warned has level 0."""
    with database.read() as connection:
        item = find_warning(connection, guild_id, user_id)
        history = list_violations(connection, guild_id, ViolationFilter(user_id=user_id), HISTORY)
        users = shown_users(connection, {user_id, *people_in(history)}, guild_id)
        channels = channel_names(connection, guild_id, channels_in(history))
    user = users.get(user_id, UNRESOLVED)
    is_known = item is not None or bool(history) or _has_name(user_id, user)
    if item is None:
        latest = history[0].row.timestamp_ms if history else None
        item = WarningItem(user_id, 0, False, latest)
    return WarningDetail(
        **_said(item, user),
        is_known=is_known,
        level_description=LEVELS[item.level],
        violations=shown_violations(history, users, channels),
    )


def _has_name(user_id: int, user: ShownUser) -> bool:
    """One of their own: whom Discord does not know is called by the id."""
    return user.username not in (None, deleted_username(user_id))


def standing_of(database: Database, guild_id: int, user_id: int) -> Standing:
    """Without names and history: what a bot needs."""
    with database.read() as connection:
        item = find_warning(connection, guild_id, user_id)
    level, kicked = (0, False) if item is None else (item.level, item.kicked_before)
    return Standing(user_id=str(user_id), level=level, kicked_before=kicked)


def _said(item: WarningItem, user: ShownUser) -> dict[str, Any]:
    """The fields of a ShownWarning."""
    last_ms = item.last_violation_ms
    return {
        "user_id": str(item.user_id),
        "username": user.username,
        "avatar": user.avatar,
        "level": item.level,
        "kicked_before": item.kicked_before,
        "last_violation": None if last_ms is None else rfc3339(last_ms),
    }
