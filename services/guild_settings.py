"""A guild's rules text, config and roles, as the API shows them."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from adapters.database import Database
from domain.clock import rfc3339
from models import guild_settings as stored
from services.user_names import shown_users
from services.violation_json import text_or_none


@dataclass(frozen=True, slots=True)
class ConfigDefaults:
    """The config of a guild nobody has configured; version 0 says so."""

    severity_threshold: float = 0.5
    buffer_timeout_secs: int = 30
    buffer_threshold: int = 10
    mod_role_id: str | None = None
    timezone: str = "UTC"
    version: int = 0


def guild_rules(database: Database, guild_id: int) -> dict[str, Any]:
    with database.read() as connection:
        row = stored.rules_of(connection, guild_id)
    if row is None:
        return {"rules": "", "has_rules": False, "updated_at": None, "updated_by": None}
    return {
        "rules": row.rules,
        "has_rules": True,
        "updated_at": rfc3339(row.updated_ms),
        "updated_by": text_or_none(row.updated_by),
    }


def guild_config(database: Database, guild_id: int) -> dict[str, Any]:
    with database.read() as connection:
        row = stored.config_of(connection, guild_id)
    if row is None:
        return asdict(ConfigDefaults())
    return {
        "severity_threshold": row.severity_threshold,
        "buffer_timeout_secs": row.buffer_timeout_secs,
        "buffer_threshold": row.buffer_threshold,
        "mod_role_id": text_or_none(row.mod_role_id),
        "timezone": row.timezone,
        "version": row.version,
    }


def guild_roles(database: Database, guild_id: int) -> dict[str, Any]:
    with database.read() as connection:
        rows = stored.roles_of(connection, guild_id)
        users = shown_users(connection, {row.user_id for row in rows})
    return {
        "roles": [
            {
                "user_id": str(row.user_id),
                "username": users[row.user_id].username,
                "avatar": users[row.user_id].avatar,
                "role": row.role,
                "assigned_by": str(row.assigned_by),
                "assigned_at": rfc3339(row.assigned_ms),
            }
            for row in rows
        ]
    }
