"""A guild's rules text, config and roles, as the API shows them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from adapters.database import Database
from adapters.redis.cache_aside import config_key, rules_key
from domain.clock import rfc3339
from domain.snowflake import text_or_none
from models.accounts.roles import roles_of
from models.guilds import settings as stored
from services.container import Parts
from services.users.names import ShownUser, named, shown_users


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownConfig:
    """The defaults are those of a guild nobody has configured; version 0 says so."""

    severity_threshold: float = 0.5
    buffer_timeout_secs: int = 30
    buffer_threshold: int = 10
    mod_role_id: str | None = None
    timezone: str = "UTC"
    version: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownRules:
    rules: str
    has_rules: bool
    updated_at: str | None
    updated_by: str | None
    updated_by_username: str | None
    updated_by_avatar: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownRole:
    """`assigned_by` is None for an API token, which the audit log names."""

    user_id: str
    username: str | None
    avatar: str | None
    role: str
    assigned_by: str | None
    assigned_by_username: str | None
    assigned_by_avatar: str | None
    assigned_at: str


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


def _rules(database: Database, guild_id: int) -> ShownRules:
    with database.read() as connection:
        row = stored.rules_of(connection, guild_id)
        by = None if row is None else row.updated_by
        users = shown_users(connection, [by], guild_id) if by else {}
    return ShownRules(
        rules="" if row is None else row.rules,
        has_rules=row is not None,
        updated_at=None if row is None else rfc3339(row.updated_ms),
        updated_by=text_or_none(by),
        **named("updated_by", by, users),
    )


def _config(database: Database, guild_id: int) -> ShownConfig:
    with database.read() as connection:
        row = stored.config_of(connection, guild_id)
    return shown_config(row)


def shown_config(row: Any) -> ShownConfig:
    """A row of `guild_configs` as the API shows it; the defaults for None."""
    if row is None:
        return ShownConfig()
    return ShownConfig(
        severity_threshold=row.severity_threshold,
        buffer_timeout_secs=row.buffer_timeout_secs,
        buffer_threshold=row.buffer_threshold,
        mod_role_id=text_or_none(row.mod_role_id),
        timezone=row.timezone,
        version=row.version,
    )


def guild_roles(database: Database, guild_id: int) -> list[ShownRole]:
    """The roles that were given here, by the ids of the people."""
    with database.read() as connection:
        rows = roles_of(connection, guild_id)
        people = {id for row in rows for id in (row.user_id, row.assigned_by) if id}
        users = shown_users(connection, people, guild_id)
    return [_role(row, users) for row in rows]


def _role(row: Any, users: Mapping[int, ShownUser]) -> ShownRole:
    by = row.assigned_by or None
    return ShownRole(
        user_id=str(row.user_id),
        username=users[row.user_id].username,
        avatar=users[row.user_id].avatar,
        role=row.role,
        assigned_by=text_or_none(by),
        **named("assigned_by", by, users),
        assigned_at=rfc3339(row.assigned_ms),
    )
