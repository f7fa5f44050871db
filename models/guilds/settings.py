"""What people decide for a guild: rules text and config."""

from collections.abc import Sequence
from typing import Any, cast

from sqlalchemy import (
    Connection,
    Float,
    Index,
    Table,
    delete,
    select,
)
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Bucket, Count, Snowflake, TimestampMs, Words
from models.guilds.guild import Guild
from models.sql.bulk import BulkInsert


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


def rules_of(connection: Connection, guild_id: int) -> Any:
    """The guild's row of `guild_rules`, or None."""
    table = cast(Table, GuildRules.__table__)
    return connection.execute(select(table).where(table.c.guild_id == guild_id)).one_or_none()


def config_of(connection: Connection, guild_id: int) -> Any:
    """The guild's row of `guild_configs`, or None."""
    table = cast(Table, GuildConfig.__table__)
    return connection.execute(select(table).where(table.c.guild_id == guild_id)).one_or_none()


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


_SAVE_RULES = BulkInsert(
    GuildRules,
    ("guild_id", "rules", "updated_ms", "updated_by"),
    "(guild_id) DO UPDATE SET rules = excluded.rules, updated_ms = excluded.updated_ms,"
    " updated_by = excluded.updated_by",
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
