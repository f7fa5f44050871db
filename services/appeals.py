"""Appeals of a guild, as the API shows them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from adapters.database import Database
from domain.clock import rfc3339
from domain.cursor import read_cursor, write_cursor
from models.appeal_list import list_appeals
from services.user_names import UNRESOLVED, ShownUser, named, shown_users
from services.violation_json import text_or_none


def appeals_page(
    database: Database,
    guild_id: int,
    *,
    limit: int,
    cursor: str | None = None,
    status: str | None = None,
) -> dict[str, Any]:
    """One page, newest first. ValueError for a cursor that is none."""
    after = None
    if cursor:
        created_ms, appeal_id = read_cursor(cursor, int, str)
        after = int(created_ms), str(appeal_id)
    with database.read() as connection:
        rows = list_appeals(connection, guild_id, limit + 1, status=status, after=after)
        shown = rows[:limit]
        people = {id for row in shown for id in (_appellant(row), row.resolved_by) if id}
        users = shown_users(connection, people)
    more = shown[-1] if len(rows) > limit else None
    return {
        "appeals": [_appeal(row, users) for row in shown],
        "next_cursor": write_cursor(more.created_ms, more.appeal_id) if more else None,
    }


def _appellant(row: Any) -> int | None:
    """Who appealed; bots often name only the violation."""
    user_id: int | None = row.user_id or row.violator_id
    return user_id


def _appeal(row: Any, users: Mapping[int, ShownUser]) -> dict[str, Any]:
    resolved, user_id = row.resolved_ms, _appellant(row)
    user = users.get(user_id, UNRESOLVED) if user_id else UNRESOLVED
    return {
        "appeal_id": row.appeal_id,
        "violation_id": str(row.violation_id),
        "user_id": text_or_none(user_id),
        "username": user.username,
        "avatar": user.avatar,
        "rule": row.rule,
        "reason": row.reason,
        "status": row.status,
        "created_at": rfc3339(row.created_ms),
        "resolved_at": None if resolved is None else rfc3339(resolved),
        "resolved_by": text_or_none(row.resolved_by),
        **named("resolved_by", row.resolved_by, users),
    }
