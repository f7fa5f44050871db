"""A guild's rules text, config and roles, as the API shows them."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import orjson

from adapters.cache_aside import config_key, rules_key
from adapters.database import Database
from domain.clock import rfc3339
from models import guild_settings as stored
from services.parts import Parts
from services.user_names import named, shown_users
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


CACHED_MS = 10 * 60_000
# A name that nobody knows yet may come with any event, and is to show within a minute.
NAMELESS_MS = 30_000


def guild_rules(parts: Parts, guild_id: int) -> bytes:
    """JSON of the rules text, from the cache where it is there."""
    return parts.values.get_or_compute(
        rules_key(guild_id), _rules_kept_ms, lambda: orjson.dumps(_rules(parts.database, guild_id))
    )


def guild_config(parts: Parts, guild_id: int) -> bytes:
    """JSON of the config, from the cache where it is there."""
    return parts.values.get_or_compute(
        config_key(guild_id), CACHED_MS, lambda: orjson.dumps(_config(parts.database, guild_id))
    )


def bot_settings(parts: Parts, guild_id: int) -> bytes:
    """JSON of `config` and `rules`, for the bot."""
    config, rules = guild_config(parts, guild_id), guild_rules(parts, guild_id)
    return b'{"guild_id":"%d","config":%b,"rules":%b}' % (guild_id, config, rules)


def _rules_kept_ms(body: bytes) -> int:
    rules = orjson.loads(body)
    is_nameless = rules["updated_by"] is not None and rules["updated_by_username"] is None
    return NAMELESS_MS if is_nameless else CACHED_MS


def _rules(database: Database, guild_id: int) -> dict[str, Any]:
    with database.read() as connection:
        row = stored.rules_of(connection, guild_id)
        by = None if row is None else row.updated_by
        users = shown_users(connection, [by]) if by else {}
    return {
        "rules": "" if row is None else row.rules,
        "has_rules": row is not None,
        "updated_at": None if row is None else rfc3339(row.updated_ms),
        "updated_by": text_or_none(by),
        **named("updated_by", by, users),
    }


def _config(database: Database, guild_id: int) -> dict[str, Any]:
    with database.read() as connection:
        row = stored.config_of(connection, guild_id)
    return config_json(row)


def config_json(row: Any) -> dict[str, Any]:
    """A row of `guild_configs` as the API shows it; the defaults for None."""
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
        people = {id for row in rows for id in (row.user_id, row.assigned_by) if id}
        users = shown_users(connection, people)
    return {
        "roles": [
            {
                "user_id": str(row.user_id),
                "username": users[row.user_id].username,
                "avatar": users[row.user_id].avatar,
                "role": row.role,
                # 0: by an API token, which the audit log names.
                "assigned_by": text_or_none(row.assigned_by or None),
                **named("assigned_by", row.assigned_by or None, users),
                "assigned_at": rfc3339(row.assigned_ms),
            }
            for row in rows
        ]
    }
