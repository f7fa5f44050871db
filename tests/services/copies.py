"""Copies of SQLite for tests, and rows for them."""

from __future__ import annotations

import orjson

from adapters.backups.sqlite import SqliteBackups
from schemas.events.structs import decode_event
from services.backups.keeper import backups
from services.container import Parts
from services.ingest.store import ingest_events
from tests.parts import Web, violation


def bring(parts: Parts, count: int = 1, guild_id: int = 700) -> None:
    events = [decode_event(orjson.dumps(violation(guild_id))) for _ in range(count)]
    assert ingest_events(parts.database, events, parts.clock()).accepted == count


def kept_of(web: Web) -> SqliteBackups:
    kept = backups(web.parts.settings)
    assert isinstance(kept, SqliteBackups)
    return kept
