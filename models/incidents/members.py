"""Who took part in an incident, and their violations."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import Connection, and_, func, select
from sqlalchemy.sql import ColumnElement

from models.events.tables import Violation
from models.incidents.store import IncidentRow
from models.incidents.tables import StoredIncident, StoredIncidentMember
from models.members.tables import Appeal, UserWarning


class MemberItem(NamedTuple):
    """`actions` is JSON; `level` the member's warning level now."""

    user_id: int
    first_ms: int
    last_ms: int
    violation_count: int
    actions: str
    level: int
    pending_appeals: int


def list_members(
    connection: Connection, row: IncidentRow, limit: int, after: tuple[int, int] | None
) -> list[MemberItem]:
    """Most violations first, then by id; those up to `after` (violations, user) left out."""
    table, warning = StoredIncidentMember, UserWarning
    pending = (
        select(func.count())
        .where(Appeal.guild_id == table.guild_id, Appeal.user_id == table.user_id)
        .where(Appeal.status == "pending")
        .scalar_subquery()
    )
    query = (
        select(
            table.user_id,
            table.first_ms,
            table.last_ms,
            table.violation_count,
            table.actions,
            func.coalesce(warning.level, 0),
            pending,
        )
        .outerjoin(
            warning,
            and_(warning.guild_id == table.guild_id, warning.user_id == table.user_id),
        )
        .where(table.guild_id == row.guild_id, table.incident_id == row.id)
        .order_by(table.violation_count.desc(), table.user_id)
    )
    if after is not None:
        violations, user_id = after
        same = and_(table.violation_count == violations, table.user_id > user_id)
        query = query.where((table.violation_count < violations) | same)
    return [MemberItem(*one) for one in connection.execute(query.limit(limit))]


def member_ids(connection: Connection, guild_id: int, id: UUID) -> list[int]:
    table = StoredIncidentMember
    query = select(table.user_id).where(table.guild_id == guild_id, table.incident_id == id)
    return list(connection.scalars(query.order_by(table.user_id)))


def of_incident(guild_id: int, id: UUID) -> Sequence[ColumnElement[bool]]:
    """Conditions on violations: those of its members, from its first moment to its last."""
    one, member = StoredIncident, StoredIncidentMember
    mine = (one.guild_id == guild_id, one.id == id)
    started = select(one.started_ms).where(*mine).scalar_subquery()
    ended = select(one.ended_ms).where(*mine).scalar_subquery()
    users = select(member.user_id).where(member.guild_id == guild_id, member.incident_id == id)
    return (
        Violation.timestamp_ms >= started,
        Violation.timestamp_ms <= ended,
        Violation.user_id.in_(users),
    )


def violations_by_bucket(connection: Connection, row: IncidentRow, width_ms: int) -> dict[int, int]:
    bucket = (Violation.timestamp_ms - Violation.timestamp_ms % width_ms).label("bucket")
    query = select(bucket, func.count()).where(*_its_violations(row)).group_by(bucket)
    return {row[0] // width_ms: row[1] for row in connection.execute(query)}


def first_of_actions(connection: Connection, row: IncidentRow) -> list[tuple[str, int]]:
    """When each kind of action was taken for the first time."""
    query = select(Violation.action, func.min(Violation.timestamp_ms))
    query = query.where(*_its_violations(row)).group_by(Violation.action)
    return [(one[0], one[1]) for one in connection.execute(query)]


def _its_violations(row: IncidentRow) -> list[ColumnElement[bool]]:
    return [Violation.guild_id == row.guild_id, *of_incident(row.guild_id, row.id)]
