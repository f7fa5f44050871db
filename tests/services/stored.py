"""What a database holds of some guilds, in a form that two databases can be compared by."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Table, select

from adapters.database import Database
from adapters.redis.link import RedisLink
from adapters.redis.snapshot_cache import SnapshotCache
from domain.snapshot import SPANS, Kind
from domain.spans import Span
from domain.touched import EVERY_DOCUMENT
from models import Base
from models.snapshots.stored import load_snapshot
from services.snapshots.making import make_snapshots

# What events leave behind, beside rollups that hold rows of zeros and the minutes that are pruned.
STATE = (
    "guilds",
    "ingested_events",
    "violations",
    "message_counts",
    "user_warnings",
    "appeals",
    "heartbeats",
)
ROLLUPS = (
    "rollup_hours",
    "rollup_days",
    "rollup_response_times",
    "rollup_rules",
    "seen_rules",
    "rollup_offenders",
    "offender_totals",
    "rollup_moderators",
)
Rows = dict[str, list[tuple[Any, ...]]]


def no_cache() -> SnapshotCache:
    """The snapshot cache of an installation without any Redis."""
    return SnapshotCache(RedisLink(None))


def table(name: str) -> Table:
    return Base.metadata.tables[name]


def rows(database: Database, name: str, guild_ids: Sequence[int]) -> list[tuple[Any, ...]]:
    """All rows of a table that belong to these guilds, in order of their primary key."""
    found = table(name)
    query = select(found).where(found.c.guild_id.in_(guild_ids)).order_by(*found.primary_key)
    with database.read() as connection:
        return [tuple(row) for row in connection.execute(query)]


def all_rows(database: Database, names: Sequence[str], guild_ids: Sequence[int]) -> Rows:
    return {name: rows(database, name, guild_ids) for name in names}


def users(database: Database, first_id: int, last_id: int) -> list[tuple[Any, ...]]:
    found = table("user_cache")
    query = select(found).where(found.c.user_id.between(first_id, last_id))
    with database.read() as connection:
        return sorted(tuple(row) for row in connection.execute(query))


Bodies = dict[tuple[int, Kind, Span], bytes]


def kept_bodies(database: Database, guild_ids: Sequence[int], now_ms: int) -> Bodies:
    """The stored answers about these guilds, but those that are made on demand by now."""
    keys = [
        (guild_id, kind, span) for guild_id in guild_ids for kind in Kind for span in SPANS[kind]
    ]
    with database.read() as connection:
        found = [load_snapshot(connection, *key) for key in keys]
    return {
        (one.guild_id, one.kind, one.span): _unnamed(one.body)
        for one in found
        if one is not None and not one.outlived(now_ms)
    }


def made_bodies(database: Database, guild_ids: Sequence[int], now_ms: int) -> Bodies:
    """Every answer about these guilds, worked out now."""
    with database.read() as connection:
        made = make_snapshots(connection, dict.fromkeys(guild_ids, EVERY_DOCUMENT), now_ms)
    return {(one.guild_id, one.kind, one.span): _unnamed(one.body) for one in made}


def _unnamed(body: bytes) -> bytes:
    """All incidents under one id: each is made up when the incident is stored."""
    one = f'"incident_id":"{UUID(int=0)}"'.encode()
    return re.sub(rb'"incident_id":"[0-9a-f-]{36}"', one, body)
