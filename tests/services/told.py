"""What the answers of one guild say at one moment, once some events are in."""

from __future__ import annotations

import json
from typing import Any
from uuid import uuid4

from adapters.database import Database
from domain.clock import parse_rfc3339
from domain.snapshot import Kind
from domain.spans import Span
from schemas.events import structs as events
from schemas.events.structs import Snowflake, TimestampMs
from services.ingest.store import ingest_events
from services.snapshots.materialise import materialise_dirty
from tests.services import stored

GUILD = 10**17
NOW_MS = parse_rfc3339("2026-03-18T10:20:05.250Z")  # a Wednesday


def answers(database: Database, *sent: Any) -> dict[tuple[Kind, Span], Any]:
    """What the reads say once these events are in, by kind and span."""
    for half in (sent[::2], sent[1::2]):
        ingest_events(database, list(half), NOW_MS)
    materialise_dirty(database, stored.no_cache(), lambda: NOW_MS)
    made = stored.made_bodies(database, [GUILD], NOW_MS)
    return {(kind, span): json.loads(body) for (_, kind, span), body in made.items()}


def appeals(hit: Any, *statuses: Any) -> list[Any]:
    """One appeal of `hit` for each status."""
    where: dict[str, Any] = {"guild_id": Snowflake(GUILD), "timestamp": TimestampMs(NOW_MS)}
    return [
        events.AppealEvent(
            id=uuid4(), appeal_id=str(uuid4()), violation_id=hit.id, status=status, **where
        )
        for status in statuses
    ]
