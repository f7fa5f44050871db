"""Roles that people gave to people, per guild."""

from collections.abc import Collection
from typing import Any, cast

from sqlalchemy import (
    CheckConstraint,
    Connection,
    Table,
    delete,
    select,
)
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Snowflake, TimestampMs, Words
from models.sql.bulk import BulkInsert


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


def assigned_roles(connection: Connection, user_id: int) -> list[tuple[int, str]]:
    """(guild, role) of every role a person was given."""
    query = select(RoleAssignment.guild_id, RoleAssignment.role)
    rows = connection.execute(query.where(RoleAssignment.user_id == user_id))
    return [(guild_id, role) for guild_id, role in rows]


def assigned_in(connection: Connection, guild_id: int, user_ids: Collection[int]) -> dict[int, str]:
    """The role that each of these people was given in this guild, if any."""
    query = select(RoleAssignment.user_id, RoleAssignment.role).where(
        RoleAssignment.guild_id == guild_id, RoleAssignment.user_id.in_(sorted(user_ids))
    )
    return {row.user_id: row.role for row in connection.execute(query)}


def roles_of(connection: Connection, guild_id: int) -> list[Any]:
    """The guild's rows of `role_assignments`, by user id."""
    table = cast(Table, RoleAssignment.__table__)
    query = select(table).where(table.c.guild_id == guild_id).order_by(table.c.user_id)
    return list(connection.execute(query))


def save_role(
    connection: Connection, guild_id: int, user_id: int, role: str, by: int, now_ms: int
) -> None:
    _SAVE_ROLE.run(connection, [(guild_id, user_id, role, by, now_ms)])


def delete_role(connection: Connection, guild_id: int, user_id: int) -> None:
    table = RoleAssignment
    condition = (table.guild_id == guild_id) & (table.user_id == user_id)
    connection.execute(delete(table).where(condition))


_SAVE_ROLE = BulkInsert(
    RoleAssignment,
    ("guild_id", "user_id", "role", "assigned_by", "assigned_ms"),
    "(guild_id, user_id) DO UPDATE SET role = excluded.role, assigned_by = excluded.assigned_by,"
    " assigned_ms = excluded.assigned_ms",
)
