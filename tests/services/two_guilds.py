"""Two guilds that have a row in every table of rollups."""

from __future__ import annotations

from adapters.database import Database
from domain.windows import DAY_MS
from services.ingest.store import ingest_events
from tests.services.events import messages, violation
from tests.services.histories import NOW_MS

GUILD, OTHER = 10**17, 10**17 + 1


def fill(database: Database) -> None:
    ingest_events(
        database,
        [
            event
            for guild_id in (GUILD, OTHER)
            for event in (
                violation(guild_id, NOW_MS, moderator_id=9, response_time_ms=70, severity="high"),
                violation(guild_id, NOW_MS - DAY_MS, user_id=2, moderator_id=9),
                messages(guild_id, NOW_MS, 10),
            )
        ],
        NOW_MS,
    )
