"""Turning rollups into snapshots: for a chunk of dirty guilds, from one consistent read.

A chunk is claimed with a lease, so two workers never make the same guild's snapshots, and what a
killed worker had claimed is taken up by the next after the lease. A guild that changed meanwhile
stays dirty and is redone.

The lease is renewed while the worker is at it (claims.py). One that was stopped for longer throws
its work away. It takes half as many guilds the next time and one more after each chunk that came
to its end, so that it gets on at any speed.

A guild whose snapshots cannot be made must not keep them from the others: where a chunk fails, its
guilds are done one by one, and the one that fails alone is put aside until its time to try again.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from uuid import UUID, uuid4

import structlog
from sqlalchemy import Connection

from adapters.database import Database
from adapters.redis.snapshot_cache import SnapshotCache
from adapters.sqlite import BusyError
from adapters.telemetry.counts import GUILDS_MATERIALISED, GUILDS_PUT_ASIDE, LAST_MATERIALISED
from domain.snapshot import Snapshot
from domain.spans import Span
from domain.touched import Cause, of_spans, touched_by
from models.snapshots.dirty import Mark, mark_dirty
from models.snapshots.dirty_claims import (
    Claimed,
    claim_dirty,
    finish_dirty,
    hold_claim,
    put_dirty_aside,
    release_dirty,
)
from models.snapshots.stored import save_snapshots, slid_documents, slid_guilds
from services.incidents.refresh import refresh_incidents
from services.live.updates import queue_updates
from services.snapshots.claims import kept
from services.snapshots.making import make_snapshots
from services.snapshots.raids import refresh_raids
from services.snapshots.text_index import index_texts

CHUNK = 100
# SQLite's log cannot begin anew while somebody reads: many short reads, not a long one.
READ_AT_ONCE_ON_SQLITE = 20
# Many times what a chunk takes; a killed worker's guilds wait no longer than this.
LEASE_MS = 15_000
SLID_AT_ONCE = 5_000
HOURLY = of_spans((Span.DAY,))
# Guilds that somebody looks at; None: that may be any.
LookedAt = Callable[[], Collection[int] | None]
Evaluate = Callable[[UUID, Sequence[Snapshot], int], None]  # claim, its snapshots, now
_log = structlog.get_logger()


def any_guild() -> None:
    """Every guild counts as looked at."""


class ClaimLostError(Exception):
    """Slower than the lease: someone else has newer snapshots, ours must not go over them."""


@dataclass(frozen=True, slots=True)
class _Chunk:
    """What became of the guilds that were claimed together."""

    claimed: int
    # False where Redis is set up and cannot be told: the guilds stay dirty for the next time.
    goes_on: bool = True
    was_lost: bool = False


def materialise_dirty(
    database: Database,
    cache: SnapshotCache,
    clock: Callable[[], int],
    guild_ids: Sequence[int] | None = None,
    evaluate: Evaluate | None = None,
    looked_at: LookedAt = any_guild,
) -> int:
    """Make the snapshots of all dirty guilds, or of those among `guild_ids`, that nobody is at work
    on; how many guilds. Those that fail are put aside, and do not count. Where it is known which
    guilds are looked at, the others wait (LONGEST_WAIT_MS).

    `evaluate` looks at the alerts of each chunk before its guilds are done.
    Ends early where Redis is set up and cannot be told. Raises SQLAlchemyError where the database
    is away.
    """
    done, most = 0, CHUNK
    while True:
        looks = looked_at() if guild_ids is None else None
        chunk = _materialise_chunk(database, cache, clock, most, guild_ids, evaluate, looks)
        done += 0 if chunk.was_lost else chunk.claimed
        most = _next_most(most, chunk.was_lost)
        database.keep_log_short()
        if not chunk.claimed or not chunk.goes_on:
            break
    if done:
        LAST_MATERIALISED.set(clock() / 1000)
    return done


def _next_most(most: int, was_lost: bool) -> int:
    """How many guilds to claim after a chunk of `most`: additive increase, halved by a loss."""
    return max(1, most // 2) if was_lost else min(CHUNK, most + 1)


def mark_slid(database: Database, now_ms: int, looked_at: LookedAt = any_guild) -> int:
    """Mark guilds dirty whose windows hold data and have moved on by a bucket; how many.

    Of no document: whoever makes a guild's snapshots redoes those whose windows moved on. Where it
    is known which guilds are looked at, the others' windows wait, and their marks do no more.
    """
    with database.read() as connection:
        slid = slid_guilds(connection, now_ms, SLID_AT_ONCE, looked_at())
    with database.write() as connection:
        mark_dirty(connection, [Mark(id, since_ms, documents=0) for id, since_ms in slid])
    return len(slid)


def mark_all(database: Database, guild_ids: Sequence[int], now_ms: int) -> None:
    """Mark guilds dirty in every document."""
    with database.write() as connection:
        mark_dirty(connection, [Mark(id, now_ms) for id in guild_ids])


def _materialise_chunk(
    database: Database,
    cache: SnapshotCache,
    clock: Callable[[], int],
    most: int,
    guild_ids: Sequence[int] | None,
    evaluate: Evaluate | None,
    looks: Collection[int] | None = None,
) -> _Chunk:
    claim, now_ms = uuid4(), clock()
    with database.write() as connection:
        claimed = claim_dirty(connection, claim, now_ms, LEASE_MS, most, guild_ids, looks)
    if not claimed:
        return _Chunk(0)
    try:
        with kept(database, claim, clock, LEASE_MS):
            goes_on = _make(database, cache, claim, claimed, now_ms, evaluate)
    except ClaimLostError:
        _log.warning("claim_lost", guilds=len(claimed))
        # Some of them may be ours still: whoever is quicker need not wait for the lease to end.
        with database.write() as connection:
            release_dirty(connection, claim)
        return _Chunk(len(claimed), was_lost=True)
    except BaseException as error:
        with database.write() as connection:
            release_dirty(connection, claim)
        # The database took that, so it is not away: something is wrong with one of the guilds.
        if not isinstance(error, Exception) or isinstance(error, BusyError):
            raise
        return _after_failure(database, cache, clock, claimed, error, evaluate)
    else:
        if not goes_on:
            return _Chunk(len(claimed), goes_on=False)
        GUILDS_MATERIALISED.inc(len(claimed))
    index_texts(database, [guild.guild_id for guild in claimed])
    return _Chunk(len(claimed))


def _after_failure(
    database: Database,
    cache: SnapshotCache,
    clock: Callable[[], int],
    claimed: Sequence[Claimed],
    error: Exception,
    evaluate: Evaluate | None,
) -> _Chunk:
    """Do each guild alone; the one that failed alone already is put aside."""
    if len(claimed) == 1:
        _put_aside(database, claimed[0].guild_id, clock(), error)
        return _Chunk(0)
    _log.warning("chunk_failed", guilds=len(claimed), error=type(error).__name__)
    done = 0
    for guild in sorted(claimed, key=lambda one: one.guild_id):
        chunk = _materialise_chunk(database, cache, clock, 1, [guild.guild_id], evaluate)
        done += chunk.claimed
        if not chunk.goes_on:
            return _Chunk(done, goes_on=False)
    return _Chunk(done)


def _put_aside(database: Database, guild_id: int, now_ms: int, error: Exception) -> None:
    with database.write() as connection:
        retry_ms = put_dirty_aside(connection, guild_id, now_ms)
    GUILDS_PUT_ASIDE.inc()
    _log.error("guild_put_aside", guild_id=guild_id, retry_ms=retry_ms - now_ms, exc_info=error)


def _make(
    database: Database,
    cache: SnapshotCache,
    claim: UUID,
    claimed: Sequence[Claimed],
    now_ms: int,
    evaluate: Evaluate | None,
) -> bool:
    """Make and store the snapshots of a claim. False where Redis could not be told of them.

    Not done before Redis has their snapshots, as it is asked first. Where it could not be told they
    are done again, and so they are when the claim of a process that was killed just here runs out.
    """
    saved = _redo(database, claim, claimed, now_ms)
    in_redis = cache.put(saved)
    cache.announce({guild.guild_id for guild in claimed})
    if saved:
        queue_updates(database, saved, saved[0].as_of_ms)
    if evaluate is not None:
        evaluate(claim, saved, now_ms)
    with database.write() as connection:
        if in_redis:
            finish_dirty(connection, claim, claimed, now_ms)
        else:
            release_dirty(connection, claim)
    return in_redis


def _redo(
    database: Database, claim: UUID, claimed: Sequence[Claimed], now_ms: int
) -> list[Snapshot]:
    refresh_raids(database, claim)
    refresh_incidents(database, claim, now_ms)
    at_once = CHUNK if database.is_postgresql else READ_AT_ONCE_ON_SQLITE
    made: list[Snapshot] = []
    for place in range(0, len(claimed), at_once):
        some = claimed[place : place + at_once]
        with database.read() as connection:
            made += make_snapshots(connection, _documents(connection, some, now_ms), now_ms)
    with database.write() as connection:
        saved = save_snapshots(connection, made)
        # Held until the commit, so that nobody who took the claim over has saved before us.
        if len(hold_claim(connection, claim)) != len(claimed):
            raise ClaimLostError
    return saved


def _documents(connection: Connection, some: Sequence[Claimed], now_ms: int) -> dict[int, int]:
    """What was touched, and what the clock alone has changed: together the guild is of one time."""
    slid = slid_documents(connection, [guild.guild_id for guild in some], now_ms)
    for guild_id, documents in slid.items():
        if documents & HOURLY:
            # Names are asked for again when they are shown, and after an hour they are old.
            slid[guild_id] |= touched_by(Cause.NAMES)
    return {guild.guild_id: guild.documents | slid.get(guild.guild_id, 0) for guild in some}
