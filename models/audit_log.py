"""Who changed what in a guild, and when."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Connection,
    Index,
    Table,
    bindparam,
    func,
    select,
    tuple_,
)
from sqlalchemy.orm import Mapped, mapped_column

from domain.clock import APART_MS
from domain.windows import MINUTE_MS
from models.base import Base, EventId, Snowflake, TimestampMs, Words
from models.sql.bulk import BulkInsert


class AuditEntry(Base):
    __tablename__ = "audit_log"
    guild_id: Mapped[Snowflake] = mapped_column(primary_key=True)
    id: Mapped[EventId] = mapped_column(primary_key=True)
    user_id: Mapped[Snowflake | None]
    action: Mapped[Words]
    details: Mapped[Words]
    timestamp_ms: Mapped[TimestampMs]
    __table_args__ = (Index(None, "guild_id", "timestamp_ms", "id"),)


@dataclass(frozen=True, slots=True)
class AuditFilter:
    """Which entries; None leaves a field open. Times are half-open: [since, until)."""

    action: str | None = None
    user_id: int | None = None
    since_ms: int | None = None
    until_ms: int | None = None


EVERY_ENTRY = AuditFilter()


def add_audit_entry(
    connection: Connection,
    guild_id: int,
    id: UUID,
    user_id: int | None,
    action: str,
    details: str,
    now_ms: int,
) -> None:
    _ADD_AUDIT.run(connection, [(guild_id, id, user_id, action, details, now_ms)])


def add_audit_entries(
    connection: Connection, rows: Sequence[tuple[int, UUID, int | None, str, str, int]]
) -> None:
    """Rows of (guild, id, user, action, details, now_ms)."""
    _ADD_AUDIT.run(connection, rows)


def count_actions(connection: Connection, guild_id: int, action: str, now_ms: int) -> int:
    """How often this was done within the last minute; not by a clock that was set back since."""
    lately = AuditEntry.timestamp_ms.between(now_ms - MINUTE_MS, now_ms + APART_MS)
    query = select(func.count()).select_from(AuditEntry)
    query = query.where(AuditEntry.guild_id == guild_id, lately)
    return connection.scalar(query.where(AuditEntry.action == action)) or 0


def audit_entries(
    connection: Connection,
    guild_id: int,
    limit: int,
    *,
    wanted: AuditFilter = EVERY_ENTRY,
    after: tuple[int, UUID] | None = None,
    offset: int = 0,
) -> list[Any]:
    """Rows of `audit_log`, newest first, those up to `after` (timestamp_ms, id) left out."""
    table = cast(Table, AuditEntry.__table__)
    query = select(table).where(*_conditions(guild_id, wanted))
    if after is not None:
        place = tuple_(
            bindparam(None, after[0], table.c.timestamp_ms.type),
            bindparam(None, after[1], table.c.id.type),
        )
        query = query.where(tuple_(table.c.timestamp_ms, table.c.id) < place)
    query = query.order_by(table.c.timestamp_ms.desc(), table.c.id.desc())
    return list(connection.execute(query.limit(limit).offset(offset)))


def count_entries(connection: Connection, guild_id: int, wanted: AuditFilter) -> int:
    query = select(func.count()).select_from(AuditEntry).where(*_conditions(guild_id, wanted))
    return connection.scalar(query) or 0


def _conditions(guild_id: int, wanted: AuditFilter) -> list[ColumnElement[bool]]:
    conditions = [AuditEntry.guild_id == guild_id]
    if wanted.action is not None:
        conditions.append(AuditEntry.action == wanted.action)
    if wanted.user_id is not None:
        conditions.append(AuditEntry.user_id == wanted.user_id)
    if wanted.since_ms is not None:
        conditions.append(AuditEntry.timestamp_ms >= wanted.since_ms)
    if wanted.until_ms is not None:
        conditions.append(AuditEntry.timestamp_ms < wanted.until_ms)
    return conditions


_ADD_AUDIT = BulkInsert(
    AuditEntry, ("guild_id", "id", "user_id", "action", "details", "timestamp_ms")
)
