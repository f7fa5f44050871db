"""Proving that the rollups are what the raw rows say, and repairing them where they are not."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from contextlib import closing
from itertools import islice

from adapters.database import Database
from domain.spans import EVERY_SPAN
from domain.windows import MINUTE_MS
from models.dirty_guild import mark_dirty
from models.guild import known_guilds, lock_guilds
from models.raid import drop_raids
from models.rollup import MINUTES_KEPT, MINUTES_SHOWN
from models.rollup_recount import RECOUNTS, Difference, guilds_after, violation_range

GUILDS_AT_ONCE = 100
MOST_DIFFERENCES = 10_000


def verify(database: Database, guild_ids: Sequence[int] | None, now_ms: int) -> list[Difference]:
    """Where rollups and a recount differ, for these guilds or (None) for all; empty is good.

    At most MOST_DIFFERENCES: rollups that are lost altogether differ in everything. Minutes are
    compared as far back as answers look, since older ones are pruned.
    """
    with closing(_differences(database, guild_ids, now_ms)) as found:
        return list(islice(found, MOST_DIFFERENCES))


def _differences(
    database: Database, guild_ids: Sequence[int] | None, now_ms: int
) -> Generator[Difference]:
    minutes_from = now_ms // MINUTE_MS - MINUTES_SHOWN + 1
    for guilds in _pages(database, guild_ids):
        with database.read() as connection:
            for recount in RECOUNTS:
                yield from recount.differences(connection, guilds, minutes_from)


def rebuild(database: Database, guild_ids: Sequence[int] | None, now_ms: int) -> int:
    """Recount the rollups of these guilds, or (None) of all; how many guilds that were.

    A guild at a time: its events wait meanwhile, those of all others do not (on PostgreSQL).
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
    with database.write() as connection:
        lock_guilds(connection, [guild_id])
        for recount in RECOUNTS:
            recount.rebuild(connection, guild_id, now_ms // MINUTE_MS - MINUTES_KEPT + 1)
        first_ms, last_ms = violation_range(connection, guild_id)
        mark_dirty(connection, [(guild_id, now_ms, EVERY_SPAN, first_ms, last_ms)])
        # The mark has them found anew; those whose violations are gone would never be looked at.
        drop_raids(connection, guild_id)


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
