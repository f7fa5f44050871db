"""What people decide for a guild: rules text, config, roles; and the audit log of it."""

from __future__ import annotations

from typing import Any, cast

from sqlalchemy import CheckConstraint, Connection, Float, Index, Table, select
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Bucket, Count, EventId, Snowflake, TimestampMs, Words


class GuildRules(Base):
    __tablename__ = "guild_rules"
    guild_id: Mapped[Snowflake] = mapped_column(primary_key=True)
    rules: Mapped[Words]
    updated_ms: Mapped[TimestampMs]
    updated_by: Mapped[Snowflake | None]


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
