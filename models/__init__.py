"""SQLAlchemy tables, their queries and migrations. Importing this package knows every table."""

from models import (
    access,
    dirty_guild,
    guild,
    guild_settings,
    heartbeat,
    login,
    member,
    membership,
    moderator,
    offender,
    outbox,
    raid,
    rollup,
    rule_rollup,
    snapshot,
    user_cache,
    violation,
)
from models.base import Base

__all__ = [
    "Base",
    "access",
    "dirty_guild",
    "guild",
    "guild_settings",
    "heartbeat",
    "login",
    "member",
    "membership",
    "moderator",
    "offender",
    "outbox",
    "raid",
    "rollup",
    "rule_rollup",
    "snapshot",
    "user_cache",
    "violation",
]
