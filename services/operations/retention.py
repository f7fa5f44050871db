"""Raw rows live for as long as the operator says; what was counted of them stays.

A guild's rows go a day at a time, in short transactions between which others have their turn. The
guild's row says from when on they are kept: verifying and rebuilding look no further back. Old is
what is so by the clock and by the guild's own newest event. So a clock that is ahead by itself
takes nothing, and one that everybody shares at most a day in each turn.
"""

from __future__ import annotations

import time

from sqlalchemy import Connection

from adapters.database import Database
from domain.touched import EVERY_DOCUMENT
from domain.windows import DAY_MS
from models.events.retention import (
    forget_counts,
    forget_ids,
    forget_violations,
    keep_from,
    kept_from,
    oldest_raw_ms,
)
from models.guilds.guild import last_event_ms
from models.incidents.store import drop_incidents, incidents_begun_before
from models.rollups.recount import guilds_after
from models.snapshots.dirty import Mark, mark_dirty
from services.operations.rollups import GUILDS_AT_ONCE, locked

# Some milliseconds of work each.
ROWS_AT_ONCE, IDS_AT_ONCE = 500, 2_000
# A turn ends well before a task counts as lost; the next one goes on.
TURN_SECONDS = 20.0


def forget_old_events(database: Database, now_ms: int, keep_days: int) -> int:
    """A turn of letting go: the oldest day of each guild that has one too many; how many rows."""
    deadline_seconds = time.monotonic() + TURN_SECONDS
    done, guild_id = 0, 0
    while time.monotonic() < deadline_seconds:
        with database.read() as connection:
            guilds = guilds_after(connection, guild_id, GUILDS_AT_ONCE)
        for guild_id in guilds:
            done += _forget_a_day(database, guild_id, now_ms, keep_days, deadline_seconds)
        if not guilds:
            break
    return done + _forget_ids(database, now_ms, deadline_seconds)


def _forget_a_day(
    database: Database, guild_id: int, now_ms: int, keep_days: int, deadline_seconds: float
) -> int:
    with database.read() as connection:
        oldest_ms = oldest_raw_ms(connection, guild_id)
        heard_ms = last_event_ms(connection, guild_id) or 0
        kept_from_ms = kept_from(connection, [guild_id]).get(guild_id, 0)
    target_ms = (min(now_ms, heard_ms) // DAY_MS - keep_days) * DAY_MS
    if oldest_ms is None or oldest_ms >= max(target_ms, kept_from_ms):
        return 0
    # What came late to a day that is gone already goes first.
    before_ms = max(kept_from_ms, min(target_ms, (oldest_ms // DAY_MS + 1) * DAY_MS))
    if before_ms > kept_from_ms:
        with locked(database, guild_id) as connection:
            keep_from(connection, guild_id, before_ms)
            _forget_incidents(connection, guild_id, before_ms, now_ms)
    done = 0
    for forget in (forget_violations, forget_counts):
        while time.monotonic() < deadline_seconds:
            with locked(database, guild_id) as connection:
                gone = forget(connection, guild_id, before_ms, ROWS_AT_ONCE)
            done += gone
            if gone < ROWS_AT_ONCE:
                break
    return done


def _forget_incidents(connection: Connection, guild_id: int, before_ms: int, now_ms: int) -> None:
    """Those that began on a day that goes; what is kept of one over midnight is looked at again."""
    old = incidents_begun_before(connection, guild_id, before_ms)
    drop_incidents(connection, guild_id, [id for id, _ in old])
    last_ms = max((until_ms for _, until_ms in old), default=0)
    if last_ms >= before_ms:
        mark_dirty(
            connection,
            [
                Mark(
                    guild_id=guild_id,
                    since_ms=now_ms,
                    documents=EVERY_DOCUMENT,
                    violations_from_ms=before_ms,
                    violations_to_ms=last_ms,
                )
            ],
        )


def _forget_ids(database: Database, now_ms: int, deadline_seconds: float) -> int:
    done = 0
    while time.monotonic() < deadline_seconds:
        with database.write() as connection:
            gone = forget_ids(connection, now_ms, IDS_AT_ONCE)
        done += gone
        if gone < IDS_AT_ONCE:
            break
    return done
