"""Proving that the rollups are what the raw rows say, and repairing them where they are not."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing, contextmanager
from itertools import islice

from sqlalchemy import Connection

from adapters.database import Database
from domain.touched import EVERY_DOCUMENT
from domain.windows import MINUTE_MS
from models.events.retention import kept_from
from models.guilds.guild import known_guilds, lock_guilds
from models.incidents.store import drop_incidents_outside
from models.rollups.counts import MINUTES_SHOWN
from models.rollups.horizon import minute_horizon
from models.rollups.recount import Difference, guilds_after, violation_range
from models.rollups.recounts import RECOUNTS
from models.rollups.scope import Scope
from models.rollups.steps import steps_of
from models.snapshots.dirty import Mark, mark_dirty
from models.snapshots.raids import drop_raids

GUILDS_AT_ONCE = 100
MOST_DIFFERENCES = 10_000
LONGEST_PAUSE_SECONDS = 0.1


def verify(
    database: Database,
    guild_ids: Sequence[int] | None,
    now_ms: int,
    check: Callable[[], object] = lambda: None,
) -> list[Difference]:
    """Where rollups and a recount differ, for these guilds or (None) for all; empty is good.

    At most MOST_DIFFERENCES: rollups that are lost altogether differ in everything. Minutes are
    compared as far back as answers look, since older ones are pruned, and all else as far back as
    the guild's raw rows are kept.
    `check` is called before each comparison; what it raises ends this.
    """
    with closing(_differences(database, guild_ids, now_ms, check)) as found:
        return list(islice(found, MOST_DIFFERENCES))


def _differences(
    database: Database,
    guild_ids: Sequence[int] | None,
    now_ms: int,
    check: Callable[[], object],
) -> Generator[Difference]:
    with database.read() as connection:
        minutes_from = max(now_ms // MINUTE_MS - MINUTES_SHOWN + 1, minute_horizon(connection))
    for guilds in _pages(database, guild_ids):
        with database.read() as connection:
            for from_ms, some in _by_kept_from(connection, guilds):
                scope = Scope(guilds=some, minutes_from=minutes_from, from_ms=from_ms or None)
                for recount in RECOUNTS:
                    check()
                    yield from recount.differences(connection, scope)


def _by_kept_from(connection: Connection, guilds: Sequence[int]) -> list[tuple[int, list[int]]]:
    """Those of the guilds whose rows are kept from the same time on; those unknown, from ever."""
    kept = kept_from(connection, guilds)
    groups: dict[int, list[int]] = defaultdict(list)
    for guild_id in guilds:
        groups[kept.get(guild_id, 0)].append(guild_id)
    return sorted(groups.items())


def rebuild(database: Database, guild_ids: Sequence[int] | None, now_ms: int) -> int:
    """Recount the rollups of these guilds, or (None) of all; how many guilds that were.

    In short transactions, each with the lock of its guild, between which events come in: what a
    step has put right stays right, since events add to it as they always do. What is older than
    the guild's raw rows stays as it is.
    """
    count = 0
    for guilds in _pages(database, guild_ids):
        with database.read() as connection:
            known = sorted(known_guilds(connection, guilds))
        for guild_id in known:
            _rebuild_guild(database, guild_id, now_ms)
        count += len(known)
    return count


def _rebuild_guild(database: Database, guild_id: int, now_ms: int) -> None:
    with database.read() as connection:
        minutes_from = minute_horizon(connection)
        kept_from_ms = kept_from(connection, [guild_id]).get(guild_id, 0)
    whole = Scope(guilds=[guild_id], minutes_from=minutes_from, from_ms=kept_from_ms or None)
    for recount in RECOUNTS:
        with database.read() as connection:
            steps = steps_of(connection, recount, whole)
        for step in steps:
            with locked(database, guild_id) as connection:
                recount.rebuild(connection, step)
    with locked(database, guild_id) as connection:
        first_ms, last_ms = violation_range(connection, guild_id, kept_from_ms)
        mark_dirty(
            connection,
            [
                Mark(
                    guild_id=guild_id,
                    since_ms=now_ms,
                    documents=EVERY_DOCUMENT,
                    violations_from_ms=first_ms,
                    violations_to_ms=last_ms,
                )
            ],
        )
        # The mark has them found anew; those whose violations are gone would never be looked at.
        drop_raids(connection, guild_id, kept_from_ms)
        drop_incidents_outside(connection, guild_id, first_ms, last_ms)


@contextmanager
def locked(database: Database, guild_id: int) -> Iterator[Connection]:
    """A step of long work on a guild; afterwards others have as much time as it took."""
    started_seconds = time.monotonic()
    with database.write() as connection:
        lock_guilds(connection, [guild_id])
        yield connection
    time.sleep(min(time.monotonic() - started_seconds, LONGEST_PAUSE_SECONDS))


def _pages(database: Database, guild_ids: Sequence[int] | None) -> Iterator[Sequence[int]]:
    if guild_ids is not None:
        wanted = sorted(set(guild_ids))
        yield from (
            wanted[at : at + GUILDS_AT_ONCE] for at in range(0, len(wanted), GUILDS_AT_ONCE)
        )
        return
    last = 0
    while True:
        with database.read() as connection:
            page = guilds_after(connection, last, GUILDS_AT_ONCE)
        if not page:
            return
        yield page
        last = page[-1]
