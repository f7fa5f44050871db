"""Taking over what people decided elsewhere: of two rows, the one that was changed later stays."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import Connection

from models.accounts.roles import RoleAssignment
from models.audit_log import AuditEntry
from models.base import Base
from models.guilds.settings import GuildConfig, GuildRules
from models.sql.bulk import BulkInsert

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
AuditRow = tuple[int, UUID, int | None, str, str, int]  # ..., action, details, timestamp_ms
R = TypeVar("R", bound=tuple[Any, ...])


def _merging(
    model: type[Base], key: tuple[str, ...], values: tuple[str, ...], time: str, also: str = ""
) -> str:
    table = model.__tablename__
    parts = [f"{name} = excluded.{name}" for name in (*values, time)]
    change = ", ".join([*parts, also] if also else parts)
    newer = f"excluded.{time} > {table}.{time}"
    return f"({', '.join(key)}) DO UPDATE SET {change} WHERE {newer}"


_CONFIGS = BulkInsert(
    GuildConfig,
    CONFIG,
    # An earlier bot knows no timezone: the one set here stays.
    _merging(
        GuildConfig,
        ("guild_id",),
        CONFIG[1:5],
        "updated_ms",
        also="version = guild_configs.version + 1",
    ),
    returning=("guild_id",),
)
_RULES = BulkInsert(
    GuildRules,
    ("guild_id", "rules", "updated_ms", "updated_by"),
    _merging(GuildRules, ("guild_id",), ("rules", "updated_by"), "updated_ms"),
    returning=("guild_id",),
)
_ROLES = BulkInsert(
    RoleAssignment,
    ("guild_id", "user_id", "role", "assigned_by", "assigned_ms"),
    _merging(RoleAssignment, ("guild_id", "user_id"), ("role", "assigned_by"), "assigned_ms"),
    returning=("guild_id",),
)
_AUDIT = BulkInsert(
    AuditEntry,
    ("guild_id", "id", "user_id", "action", "details", "timestamp_ms"),
    "DO NOTHING",
    returning=("guild_id",),
)


def merge_configs(connection: Connection, rows: Sequence[ConfigRow]) -> int:
    """How many rows were new or later than what was there; the same for the others here."""
    return len(_CONFIGS.run(connection, _latest(rows, keys=1, time=8)))


def merge_rules(connection: Connection, rows: Sequence[RulesRow]) -> int:
    return len(_RULES.run(connection, _latest(rows, keys=1, time=2)))


def merge_roles(connection: Connection, rows: Sequence[RoleRow]) -> int:
    return len(_ROLES.run(connection, _latest(rows, keys=2, time=4)))


def add_audit_entries(connection: Connection, rows: Sequence[AuditRow]) -> int:
    return len(_AUDIT.run(connection, rows))


def _latest(rows: Sequence[R], keys: int, time: int) -> list[R]:
    """One row a key: a statement may not change the same row twice."""
    latest: dict[tuple[Any, ...], R] = {}
    for row in sorted(rows, key=lambda row: int(row[time])):
        latest[row[:keys]] = row
    return [latest[key] for key in sorted(latest)]
