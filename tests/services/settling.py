"""Guilds with a timezone of their own."""

from __future__ import annotations

from adapters.database import Database
from models.guilds.settings import GuildConfig
from tests.services import stored


def settle_in(database: Database, guild_id: int, timezone: str, now_ms: int) -> None:
    """Give a guild a config with this timezone."""
    with database.write() as connection:
        connection.execute(
            stored.table(GuildConfig.__tablename__)
            .insert()
            .values(
                guild_id=guild_id,
                severity_threshold=0.5,
                buffer_timeout_secs=1,
                buffer_threshold=1,
                timezone=timezone,
                version=1,
                created_ms=now_ms,
                updated_ms=now_ms,
            )
        )
