"""What open pages hear of incidents: that one began, grew, was taken, or is over."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from functools import partial

from sqlalchemy import Connection

from adapters.database import Database
from domain.clock import rfc3339
from domain.incidents import CALM_MS, state_of
from domain.put_aside import Work
from models.guilds.guild import lock_guilds
from models.incidents.store import IncidentRow, not_told_over, tell_over
from services.aside.guilds import for_guilds
from services.live.events import LiveEvent, live_event, queue_live_events


def tell_of_incidents(connection: Connection, rows: Sequence[IncidentRow], now_ms: int) -> None:
    """Queue a live event of each; history that is put in order late is not news."""
    events: dict[int, list[LiveEvent]] = defaultdict(list)
    for row in rows:
        if not row.told_over:
            events[row.guild_id].append(incident_event(row, now_ms))
    if events:
        queue_live_events(connection, events, now_ms)


def incident_event(row: IncidentRow, now_ms: int, by: str | None = None) -> LiveEvent:
    """`by`: who did something about it, as `user:1`; None where it began, grew or is over."""
    data = {
        "id": str(row.id),
        "state": state_of(row.ended_ms, now_ms),
        "started_at": rfc3339(row.started_ms),
        "ended_at": rfc3339(row.ended_ms),
        "violation_count": row.violation_count,
        "member_count": row.member_count,
        "revision": row.revision,
        "by": (by or "").partition(":")[2] or None,
    }
    return live_event("incident", now_ms, data)


def tell_of_change(connection: Connection, row: IncidentRow, by: str, now_ms: int) -> None:
    """Somebody did something about it, whether it goes on or is long over."""
    event = incident_event(row, now_ms, by)
    queue_live_events(connection, {row.guild_id: [event]}, now_ms)


def tell_of_ends(database: Database, now_ms: int) -> int:
    """Tell of those that time alone has ended; how many."""
    with database.read() as connection:
        guilds = {row.guild_id for row in not_told_over(connection, now_ms - CALM_MS)}
    tell = partial(_tell_of_ends, database, now_ms)
    return for_guilds(database, Work.INCIDENT_ENDS, guilds, now_ms, tell)


def _tell_of_ends(database: Database, now_ms: int, guild_ids: Sequence[int]) -> int:
    with database.write() as connection:
        lock_guilds(connection, guild_ids)
        every = not_told_over(connection, now_ms - CALM_MS)
        over = [row for row in every if row.guild_id in guild_ids]
        tell_of_incidents(connection, over, now_ms)
        tell_over(connection, over)
    return len(over)
