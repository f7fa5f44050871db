"""Who took part in an incident, and what was done to each."""

from __future__ import annotations

import json
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Connection

from adapters.database import Database
from domain.clock import rfc3339
from domain.cursor import read_cursor, write_cursor
from models.incidents.members import MemberItem, list_members
from models.incidents.store import IncidentRow, incident_by_id
from services.users.names import UNRESOLVED, ShownUser, shown_users


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownActions:
    """How often each was done."""

    warning: int = 0
    timeout: int = 0
    kick: int = 0
    ban: int = 0
    other: int = 0
    none: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownMember:
    """`warning_level` is that of now."""

    user_id: str
    username: str | None
    avatar: str | None
    violation_count: int
    first_at: str
    last_at: str
    actions: ShownActions
    warning_level: int
    pending_appeals: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MembersPage:
    members: list[ShownMember]
    members_cursor: str | None


def members_page(
    database: Database, guild_id: int, id: UUID, limit: int, cursor: str | None
) -> MembersPage | None:
    """Members, most violations first. ValueError for a cursor that is none."""
    with database.read() as connection:
        row = incident_by_id(connection, guild_id, id)
        return None if row is None else members_of(connection, row, limit, cursor)


def members_of(
    connection: Connection, row: IncidentRow, limit: int, cursor: str | None
) -> MembersPage:
    """The same of a known incident."""
    after = None
    if cursor:
        violations, user_id = read_cursor(cursor, int, int)
        after = int(violations), int(user_id)
    found = list_members(connection, row, limit + 1, after)
    shown = found[:limit]
    users = shown_users(connection, (one.user_id for one in shown), row.guild_id)
    last = shown[-1] if len(found) > limit else None
    return MembersPage(
        members=[_member(one, users.get(one.user_id, UNRESOLVED)) for one in shown],
        members_cursor=write_cursor(last.violation_count, last.user_id) if last else None,
    )


def shown_actions(text: str) -> ShownActions:
    """Of JSON by action, as incidents and their members have it."""
    counts = json.loads(text)
    return ShownActions(**{name: counts.get(name, 0) for name in ShownActions.__slots__})


def _member(one: MemberItem, user: ShownUser) -> ShownMember:
    return ShownMember(
        user_id=str(one.user_id),
        username=user.username,
        avatar=user.avatar,
        violation_count=one.violation_count,
        first_at=rfc3339(one.first_ms),
        last_at=rfc3339(one.last_ms),
        actions=shown_actions(one.actions),
        warning_level=one.level,
        pending_appeals=one.pending_appeals,
    )
