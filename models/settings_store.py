"""Adding what people decided elsewhere: rows that are there already stay as they are."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection

from models.base import Base
from models.bulk import BulkInsert
from models.guild_settings import GuildConfig, GuildRules, RoleAssignment

CONFIG = (
    "guild_id",
    "severity_threshold",
    "buffer_timeout_secs",
    "buffer_threshold",
    "mod_role_id",
    "timezone",
    "version",
    "created_ms",
    "updated_ms",
)
# guild_id, severity_threshold, buffer_timeout_secs, ... in the order of CONFIG
ConfigRow = tuple[int, float, int, int, int | None, str, int, int, int]
RulesRow = tuple[int, str, int, int | None]  # guild_id, rules, updated_ms, updated_by
RoleRow = tuple[int, int, str, int, int]  # guild_id, user_id, role, assigned_by, assigned_ms


def _adding(model: type[Base], key: tuple[str, ...], columns: tuple[str, ...]) -> BulkInsert:
    return BulkInsert(model, columns, "DO NOTHING", returning=key)


_CONFIGS = _adding(GuildConfig, ("guild_id",), CONFIG)
_RULES = _adding(GuildRules, ("guild_id",), ("guild_id", "rules", "updated_ms", "updated_by"))
_ROLES = _adding(
    RoleAssignment,
    ("guild_id", "user_id"),
    ("guild_id", "user_id", "role", "assigned_by", "assigned_ms"),
)


def add_configs(connection: Connection, rows: Sequence[ConfigRow]) -> int:
    """How many were new; the same for the others here."""
    return len(_CONFIGS.run(connection, rows))


def add_rules(connection: Connection, rows: Sequence[RulesRow]) -> int:
    return len(_RULES.run(connection, rows))


def add_roles(connection: Connection, rows: Sequence[RoleRow]) -> int:
    return len(_ROLES.run(connection, rows))
