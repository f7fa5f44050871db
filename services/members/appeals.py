"""Appeals of a guild, as the API shows them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from adapters.database import Database
from domain.clock import rfc3339
from domain.cursor import read_cursor, write_cursor
from domain.page_bytes import page_of
from domain.snowflake import text_or_none
from models.members.appeals import list_appeals
from services.users.names import (
    UNRESOLVED,
    ShownUser,
    shown_users,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownAppeal:
    appeal_id: str
    violation_id: str
    user_id: str | None
    username: str | None
    avatar: str | None
    rule: str | None
    reason: str | None
    text: str | None
    status: str
    created_at: str
    resolved_at: str | None
    resolved_by: str | None
    resolved_by_username: str | None
    resolved_by_avatar: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AppealsPage:
    appeals: list[ShownAppeal]
    next_cursor: str | None


def appeals_page(
    database: Database,
    guild_id: int,
    *,
    limit: int,
    cursor: str | None = None,
    status: str | None = None,
) -> AppealsPage:
    """One page, newest first. ValueError for a cursor that is none."""
    after = None
    if cursor:
        created_ms, appeal_id = read_cursor(cursor, int, str)
        after = int(created_ms), str(appeal_id)
    with database.read() as connection:
        rows = list_appeals(connection, guild_id, limit + 1, status=status, after=after)
        shown = rows[:limit]
        people = {id for row in shown for id in (_appellant(row), row.resolved_by) if id}
        users = shown_users(connection, people, guild_id)
    appeals, more = page_of((_appeal(row, users) for row in shown), rows)
    return AppealsPage(
        appeals=appeals,
        next_cursor=write_cursor(more.created_ms, more.appeal_id) if more else None,
    )


def _appellant(row: Any) -> int | None:
    """Who appealed; bots often name only the violation."""
    user_id: int | None = row.user_id or row.violator_id
    return user_id


def _appeal(row: Any, users: Mapping[int, ShownUser]) -> ShownAppeal:
    resolved, user_id = row.resolved_ms, _appellant(row)
    user = users.get(user_id, UNRESOLVED) if user_id else UNRESOLVED
    resolver = users.get(row.resolved_by, UNRESOLVED)
    return ShownAppeal(
        appeal_id=row.appeal_id,
        violation_id=str(row.violation_id),
        user_id=text_or_none(user_id),
        username=user.username,
        avatar=user.avatar,
        rule=row.rule,
        reason=row.reason,
        text=row.text,
        status=row.status,
        created_at=rfc3339(row.created_ms),
        resolved_at=None if resolved is None else rfc3339(resolved),
        resolved_by=text_or_none(row.resolved_by),
        resolved_by_username=resolver.username,
        resolved_by_avatar=resolver.avatar,
    )
