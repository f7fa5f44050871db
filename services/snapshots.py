"""Reading snapshots: process cache, then Redis, then the table, then computed once.

An entry of the process cache is evicted when its guild's snapshots change (see `forget`); should
that word be missed, it is asked for again after FRESH_MS.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from enum import StrEnum

from adapters.database import Database
from adapters.process_cache import ProcessCache
from adapters.single_flight import SingleFlight
from adapters.snapshot_cache import SnapshotCache
from domain.snapshot import STALE_AFTER_MS, Kind, Snapshot
from domain.spans import Span
from models.dirty_guild import dirty_since
from models.snapshot import load_snapshot
from services.materialise import make_snapshots

FRESH_MS = 5_000
COMPUTED_TTL_MS = 30_000

Key = tuple[int, Kind, Span]


class Source(StrEnum):
    """Where an answer came from, as `X-Cache` says it."""

    LOCAL = "local"
    REDIS = "redis"
    SNAPSHOT = "snapshot"
    COMPUTED = "computed"


@dataclass(frozen=True, slots=True, eq=False)
class Read:
    """A snapshot ready to be sent; `is_final` when its version names these very bytes."""

    snapshot: Snapshot
    body: bytes
    stale: bool
    is_final: bool
    fresh_until_ms: int


class SnapshotReader:
    def __init__(self, database: Database, cache: SnapshotCache, clock: Callable[[], int]) -> None:
        self._database, self._cache, self._clock = database, cache, clock
        self._local: ProcessCache[Read] = ProcessCache()
        self.flights: SingleFlight[tuple[Read, Source]] = SingleFlight()

    def local(self, guild_id: int, kind: Kind, span: Span) -> Read | None:
        """What this process has, if it may still be used."""
        read = self._local.get((guild_id, kind, span))
        return read if read is not None and self._clock() < read.fresh_until_ms else None

    def read(self, guild_id: int, kind: Kind, span: Span) -> tuple[Read, Source]:
        if (read := self.local(guild_id, kind, span)) is not None:
            return read, Source.LOCAL
        key = (guild_id, kind, span)
        return self.flights.run(key, lambda: self._fetch(key))

    def forget(self, guild_ids: Iterable[int]) -> None:
        """These guilds have new snapshots: ask for them again."""
        gone = set(guild_ids)
        self._local.drop_where(lambda key: isinstance(key, tuple) and key[0] in gone)

    def forget_all(self) -> None:
        self._local.clear()

    def _fetch(self, key: Key) -> tuple[Read, Source]:
        # Another flight may have landed between the caller's look and the start of this one.
        if (read := self.local(*key)) is not None:
            return read, Source.LOCAL
        now_ms = self._clock()
        snapshot, source, is_final = self._find(key, now_ms)
        stale = is_final and self._is_stale(snapshot, now_ms)
        fresh_until_ms = now_ms + FRESH_MS
        if not snapshot.holds_data and snapshot.slides_at_ms is not None:
            fresh_until_ms = min(fresh_until_ms, snapshot.slides_at_ms)
        read = Read(snapshot, snapshot.answer(stale=stale), stale, is_final, fresh_until_ms)
        self._local.put(key, read)
        return read, source

    def _find(self, key: Key, now_ms: int) -> tuple[Snapshot, Source, bool]:
        cached = self._cache.get(*key)
        if cached is not None and not cached.outlived(now_ms):
            return cached, Source.REDIS, cached.version > 0
        with self._database.read() as connection:
            stored = load_snapshot(connection, *key)
            if stored is not None and not stored.outlived(now_ms):
                self._cache.put([stored])
                return stored, Source.SNAPSHOT, True
            guild_id, kind, span = key
            made = make_snapshots(connection, {guild_id: [span]}, now_ms)
        computed = next(one for one in made if one.kind is kind)
        if stored is None:
            # Version 0 is never stored: it says that these bytes have no version yet.
            self._cache.put([computed], COMPUTED_TTL_MS)
            return computed, Source.COMPUTED, False
        return replace(computed, version=stored.version), Source.COMPUTED, False

    def _is_stale(self, snapshot: Snapshot, now_ms: int) -> bool:
        """Old while changes wait: its guild is dirty, or its window moved on and was not redone."""
        late_ms = now_ms - STALE_AFTER_MS
        if snapshot.as_of_ms > late_ms:
            return False
        if snapshot.slides_at_ms is not None and snapshot.slides_at_ms < late_ms:
            return True
        with self._database.read() as connection:
            return dirty_since(connection, snapshot.guild_id) is not None
