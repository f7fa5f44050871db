"""Snapshots of one guild made as a worker makes them, and looked at as they are stored."""

from __future__ import annotations

from adapters.database import Database
from adapters.redis.snapshot_cache import SnapshotCache
from domain.snapshot import SPANS, Kind, Snapshot
from domain.spans import Span
from models.snapshots.stored import load_snapshot
from services.ingest.store import ingest_events
from services.snapshots.materialise import materialise_dirty
from tests.services import stored
from tests.services.histories import NOW_MS

GUILD = 10**17
ALL = [(kind, span) for kind in Kind for span in SPANS[kind]]


def make(database: Database, now_ms: int = NOW_MS, cache: SnapshotCache | None = None) -> int:
    return materialise_dirty(database, cache or stored.no_cache(), lambda: now_ms)


def load(database: Database, kind: Kind, span: Span, guild_id: int = GUILD) -> Snapshot:
    with database.read() as connection:
        found = load_snapshot(connection, guild_id, kind, span)
    assert found is not None
    return found


def versions(database: Database) -> dict[tuple[Kind, Span], int]:
    return {key: load(database, *key).version for key in ALL}


def is_dirty(database: Database, guild_id: int = GUILD) -> bool:
    return stored.rows(database, "dirty_guilds", [guild_id]) != []


def ingest(database: Database, *events: object) -> None:
    ingest_events(database, list(events), NOW_MS)  # type: ignore[arg-type]
