"""Forgetting rollups of minutes that no answer looks at, and counting again what was forgotten too
early: by a clock that was ahead for a while."""

from __future__ import annotations

from adapters.database import Database
from domain.spans import Span
from domain.touched import of_spans
from domain.windows import MINUTE_MS
from models.guilds.guild import guilds_active_since
from models.rollups.counts import MINUTES_KEPT, prune_minutes
from models.rollups.horizon import minute_horizon, set_minute_horizon
from models.rollups.recounts import MINUTES
from models.rollups.scope import Scope
from models.snapshots.dirty import Mark, mark_dirty
from services.operations.rollups import locked


def first_minute_kept(now_ms: int) -> int:
    return now_ms // MINUTE_MS - MINUTES_KEPT + 1


def forget_minutes(database: Database, now_ms: int) -> None:
    with database.write() as connection:
        before = minute_horizon(connection, locked=True)
        pruned_before = prune_minutes(connection, now_ms)
        set_minute_horizon(connection, max(before, pruned_before))


def restore_minutes(database: Database, now_ms: int) -> int:
    """Recount minutes that were forgotten and are looked at again; of how many guilds.

    A guild at a time, as events come in meanwhile: those are counted whatever the horizon is. Cut
    short, it begins anew, for the horizon moves last.
    """
    first = first_minute_kept(now_ms)
    with database.read() as connection:
        horizon = minute_horizon(connection)
        if horizon <= first:
            return 0
        guild_ids = guilds_active_since(connection, first * MINUTE_MS)
    for guild_id in guild_ids:
        with locked(database, guild_id) as connection:
            MINUTES.rebuild(connection, Scope(guilds=[guild_id], minutes_from=first))
            mark_dirty(connection, [Mark(guild_id, now_ms, of_spans((Span.HOUR,)))])
    with database.write() as connection:
        if minute_horizon(connection, locked=True) == horizon:
            set_minute_horizon(connection, first)
    return len(guild_ids)
