"""Reading appeals: the newest first."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

from sqlalchemy import Connection, Table, select, tuple_

from models.events.tables import Violation
from models.members.tables import Appeal


def find_appeal(connection: Connection, guild_id: int, appeal_id: str) -> Any:
    """The row of `appeals`, or None."""
    table = cast(Table, Appeal.__table__)
    query = select(table).where(table.c.guild_id == guild_id, table.c.appeal_id == appeal_id)
    return connection.execute(query).one_or_none()


def list_appeals(
    connection: Connection,
    guild_id: int,
    limit: int,
    *,
    status: str | None = None,
    after: tuple[int, str] | None = None,
) -> list[Any]:
    """At most `limit` rows with the violation's member, rule and reason, where it is known.

    Those up to `after` (created_ms, appeal id) are left out.
    """
    table, violations = cast(Table, Appeal.__table__), cast(Table, Violation.__table__)
    same = (violations.c.guild_id == table.c.guild_id) & (violations.c.id == table.c.violation_id)
    about = (violations.c.user_id.label("violator_id"), violations.c.rule, violations.c.reason)
    query = select(table, *about).outerjoin(violations, same).where(table.c.guild_id == guild_id)
    if status is not None:
        query = query.where(table.c.status == status)
    if after is not None:
        query = query.where(tuple_(table.c.created_ms, table.c.appeal_id) < tuple_(*after))
    query = query.order_by(table.c.created_ms.desc(), table.c.appeal_id.desc())
    return list(connection.execute(query.limit(limit)))


def appealed_violations(
    connection: Connection, guild_id: int, appeal_ids: Sequence[str]
) -> dict[str, str]:
    """Ids of the violations that these appeals are about, by the appeal's."""
    query = select(Appeal.appeal_id, Appeal.violation_id).where(
        Appeal.guild_id == guild_id, Appeal.appeal_id.in_(appeal_ids)
    )
    if not appeal_ids:
        return {}
    return {row.appeal_id: str(row.violation_id) for row in connection.execute(query)}
