"""What people decide for a guild: rules text, config, roles; and the audit log of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    Connection,
    Float,
    Index,
    Table,
    bindparam,
    delete,
    select,
    tuple_,
)
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Bucket, Count, EventId, Snowflake, TimestampMs, Words
from models.bulk import BulkInsert
from models.guild import Guild


class GuildRules(Base):
    __tablename__ = "guild_rules"
    guild_id: Mapped[Snowflake] = mapped_column(primary_key=True)
    rules: Mapped[Words]
    updated_ms: Mapped[TimestampMs]
    updated_by: Mapped[Snowflake | None]
    __table_args__ = (Index(None, "updated_by"),)


class GuildConfig(Base):
    __tablename__ = "guild_configs"
    guild_id: Mapped[Snowflake] = mapped_column(primary_key=True)
    severity_threshold: Mapped[float] = mapped_column(Float)
    buffer_timeout_secs: Mapped[Bucket]
    buffer_threshold: Mapped[Bucket]
    mod_role_id: Mapped[Snowflake | None]
    timezone: Mapped[Words]
    version: Mapped[Count]
    created_ms: Mapped[TimestampMs]
    updated_ms: Mapped[TimestampMs]


class RoleAssignment(Base):
    __tablename__ = "role_assignments"
    guild_id: Mapped[Snowflake] = mapped_column(primary_key=True)
    user_id: Mapped[Snowflake] = mapped_column(primary_key=True)
    role: Mapped[Words]
    assigned_by: Mapped[Snowflake]
    assigned_ms: Mapped[TimestampMs]
    __table_args__ = (
        CheckConstraint("role IN ('owner', 'admin', 'moderator', 'viewer')", name="role"),
    )


class AuditEntry(Base):
    __tablename__ = "audit_log"
    guild_id: Mapped[Snowflake] = mapped_column(primary_key=True)
    id: Mapped[EventId] = mapped_column(primary_key=True)
    user_id: Mapped[Snowflake | None]
    action: Mapped[Words]
    details: Mapped[Words]
    timestamp_ms: Mapped[TimestampMs]
    __table_args__ = (Index(None, "guild_id", "timestamp_ms", "id"),)


def assigned_roles(connection: Connection, user_id: int) -> list[tuple[int, str]]:
    """(guild, role) of every role a person was given."""
    query = select(RoleAssignment.guild_id, RoleAssignment.role)
    rows = connection.execute(query.where(RoleAssignment.user_id == user_id))
    return [(guild_id, role) for guild_id, role in rows]


def rules_of(connection: Connection, guild_id: int) -> Any:
    """The guild's row of `guild_rules`, or None."""
    table = cast(Table, GuildRules.__table__)
    return connection.execute(select(table).where(table.c.guild_id == guild_id)).one_or_none()


def config_of(connection: Connection, guild_id: int) -> Any:
    """The guild's row of `guild_configs`, or None."""
    table = cast(Table, GuildConfig.__table__)
    return connection.execute(select(table).where(table.c.guild_id == guild_id)).one_or_none()


def roles_of(connection: Connection, guild_id: int) -> list[Any]:
    """The guild's rows of `role_assignments`, by user id."""
    table = cast(Table, RoleAssignment.__table__)
    query = select(table).where(table.c.guild_id == guild_id).order_by(table.c.user_id)
    return list(connection.execute(query))


def save_rules(
    connection: Connection, guild_id: int, rules: str, now_ms: int, user_id: int | None
) -> None:
    _SAVE_RULES.run(connection, [(guild_id, rules, now_ms, user_id)])


def delete_rules(connection: Connection, guild_id: int) -> None:
    connection.execute(delete(GuildRules).where(GuildRules.guild_id == guild_id))


def save_config(connection: Connection, guild_id: int, now_ms: int, **values: Any) -> None:
    """Write the whole config; `values` are its columns but the times."""
    row = {"guild_id": guild_id, "updated_ms": now_ms} | values
    names = tuple(row)
    assignments = ", ".join(f"{name} = excluded.{name}" for name in names[1:])
    insert = BulkInsert(
        GuildConfig, (*names, "created_ms"), f"(guild_id) DO UPDATE SET {assignments}"
    )
    insert.run(connection, [(*row.values(), now_ms)])


def save_role(
    connection: Connection, guild_id: int, user_id: int, role: str, by: int, now_ms: int
) -> None:
    _SAVE_ROLE.run(connection, [(guild_id, user_id, role, by, now_ms)])


def delete_role(connection: Connection, guild_id: int, user_id: int) -> None:
    table = RoleAssignment
    condition = (table.guild_id == guild_id) & (table.user_id == user_id)
    connection.execute(delete(table).where(condition))


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


def audit_entries(
    connection: Connection,
    guild_id: int,
    limit: int,
    *,
    after: tuple[int, UUID] | None = None,
    offset: int = 0,
) -> list[Any]:
    """Rows of `audit_log`, newest first, those up to `after` (timestamp_ms, id) left out."""
    table = cast(Table, AuditEntry.__table__)
    query = select(table).where(table.c.guild_id == guild_id)
    if after is not None:
        place = tuple_(
            bindparam(None, after[0], table.c.timestamp_ms.type),
            bindparam(None, after[1], table.c.id.type),
        )
        query = query.where(tuple_(table.c.timestamp_ms, table.c.id) < place)
    query = query.order_by(table.c.timestamp_ms.desc(), table.c.id.desc())
    return list(connection.execute(query.limit(limit).offset(offset)))


_SAVE_RULES = BulkInsert(
    GuildRules,
    ("guild_id", "rules", "updated_ms", "updated_by"),
    "(guild_id) DO UPDATE SET rules = excluded.rules, updated_ms = excluded.updated_ms,"
    " updated_by = excluded.updated_by",
)
_SAVE_ROLE = BulkInsert(
    RoleAssignment,
    ("guild_id", "user_id", "role", "assigned_by", "assigned_ms"),
    "(guild_id, user_id) DO UPDATE SET role = excluded.role, assigned_by = excluded.assigned_by,"
    " assigned_ms = excluded.assigned_ms",
)
_ADD_AUDIT = BulkInsert(
    AuditEntry, ("guild_id", "id", "user_id", "action", "details", "timestamp_ms")
)


def has_known_owner(connection: Connection, guild_id: int) -> bool:
    """Whether Discord's owner of the guild is known, who has the role without being given it."""
    query = select(Guild.owner_id).where(Guild.guild_id == guild_id)
    return connection.scalar(query) is not None


def moderator_roles(connection: Connection, guild_ids: Sequence[int]) -> dict[int, int]:
    """The configured `mod_role_id` of those guilds that have one."""
    query = select(GuildConfig.guild_id, GuildConfig.mod_role_id).where(
        GuildConfig.guild_id.in_(guild_ids), GuildConfig.mod_role_id.is_not(None)
    )
    return {guild_id: role_id or 0 for guild_id, role_id in connection.execute(query)}
