"""Reading snapshots: process cache, then Redis, then the table, then computed once.

An entry of the process cache is evicted when its guild's snapshots change (see `forget`); should
that word be missed, it is asked for again after FRESH_MS.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
from hashlib import blake2s

from sqlalchemy.exc import SQLAlchemyError

from adapters.database import Database
from adapters.process.cache import ProcessCache
from adapters.process.single_flight import SingleFlight
from adapters.redis.looks import Looks
from adapters.redis.snapshot_cache import SnapshotCache
from domain.snapshot import STALE_AFTER_MS, Kind, Snapshot
from domain.spans import Span
from domain.touched import bit
from models.snapshots.dirty import waiting_documents
from models.snapshots.stored import load_snapshot
from services.snapshots.making import make_snapshots

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
    """A snapshot ready to be sent; `is_final` when its version names these very bytes.

    tag: version and a fingerprint of the bytes, as a database that was put back to an earlier state
        gives the same version to others
    """

    snapshot: Snapshot
    tag: str
    body: bytes
    stale: bool
    is_final: bool
    fresh_until_ms: int


class SnapshotReader:
    """`looks` hears whom somebody reads; `wake` is called when somebody comes to what waits."""

    def __init__(
        self,
        database: Database,
        cache: SnapshotCache,
        clock: Callable[[], int],
        looks: Looks | None = None,
        wake: Callable[[], None] = lambda: None,
    ) -> None:
        self._database, self._cache, self._clock = database, cache, clock
        self._looks, self._wake = looks, wake
        self._local: ProcessCache[Read] = ProcessCache()
        self.flights: SingleFlight[tuple[Read, Source]] = SingleFlight()

    def local(self, guild_id: int, kind: Kind, span: Span) -> Read | None:
        """What this process has, if it may still be used."""
        read = self._local.get((guild_id, kind, span))
        if read is None:
            return None
        # Longer than that is only what was read before the clock was set back.
        return read if 0 < read.fresh_until_ms - self._clock() <= FRESH_MS else None

    def read(self, guild_id: int, kind: Kind, span: Span) -> tuple[Read, Source]:
        if (read := self.local(guild_id, kind, span)) is not None:
            return read, Source.LOCAL
        key = (guild_id, kind, span)
        return self.flights.run(
            key, lambda: self._fetch(key), lambda found: self._local.put(key, found[0])
        )

    def forget(self, guild_ids: Iterable[int]) -> None:
        """These guilds have new snapshots: ask for them again."""
        gone = set(guild_ids)

        def matches(key: Hashable) -> bool:
            return isinstance(key, tuple) and key[0] in gone

        self.flights.detach(matches)
        self._local.drop_where(matches)

    def forget_all(self) -> None:
        self.flights.detach()
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
        read = Read(
            snapshot=snapshot,
            tag=f"{snapshot.version}-{blake2s(snapshot.body, digest_size=6).hexdigest()}",
            body=snapshot.answer(stale=stale),
            stale=stale,
            is_final=is_final,
            fresh_until_ms=fresh_until_ms,
        )
        return read, source

    def _find(self, key: Key, now_ms: int) -> tuple[Snapshot, Source, bool]:
        came_ms = 0 if self._looks is None else self._looks.note(key[0])
        cached = self._cache.get(*key)
        if cached is not None and self._serves(cached, now_ms, came_ms):
            return cached, Source.REDIS, cached.version > 0
        with self._database.read() as connection:
            stored = load_snapshot(connection, *key)
        if stored is not None and self._serves(stored, now_ms, came_ms):
            self._cache.put([stored])
            return stored, Source.SNAPSHOT, True
        return self._compute(key, stored, now_ms)

    def _compute(
        self, key: Key, stored: Snapshot | None, now_ms: int
    ) -> tuple[Snapshot, Source, bool]:
        guild_id, kind, span = key
        with self._database.read() as connection:
            (computed,) = make_snapshots(connection, {guild_id: bit(kind, span)}, now_ms)
        if stored is None:
            # Version 0 is never stored: it says that these bytes have no version yet.
            self._cache.put([computed], COMPUTED_TTL_MS)
            return computed, Source.COMPUTED, False
        return replace(computed, version=stored.version), Source.COMPUTED, False

    def _serves(self, snapshot: Snapshot, now_ms: int, came_ms: int) -> bool:
        """Whether it may be answered with; not when it waited for somebody to come."""
        if snapshot.outlived(now_ms):
            return False
        try:
            if snapshot.as_of_ms >= came_ms or not self._waits(snapshot, now_ms):
                return True
        except SQLAlchemyError:
            return True  # Nobody can make another while the database is away.
        self._wake()
        return False

    def _waits(self, snapshot: Snapshot, now_ms: int) -> bool:
        """Whether it was touched, or its window has moved on, since it was made."""
        if snapshot.slides_at_ms is not None and snapshot.slides_at_ms <= now_ms:
            return True
        with self._database.read() as connection:
            waiting = waiting_documents(connection, snapshot.guild_id)
        return bool(waiting & bit(snapshot.kind, snapshot.span))

    def _is_stale(self, snapshot: Snapshot, now_ms: int) -> bool:
        """Old while changes wait: it was touched, or its window moved on and was not redone."""
        late_ms = now_ms - STALE_AFTER_MS
        if snapshot.as_of_ms > late_ms:
            return False
        if snapshot.slides_at_ms is not None and snapshot.slides_at_ms < late_ms:
            return True
        with self._database.read() as connection:
            waiting = waiting_documents(connection, snapshot.guild_id)
        return bool(waiting & bit(snapshot.kind, snapshot.span))
