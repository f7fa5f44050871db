"""Live events on their way into a guild's stream: queued in the transaction that makes them true.

Whoever calls wakes the publisher after the commit (`Parts.wake_publisher`); a sweep of the workers
publishes what a process left behind that died in between. Shapes: schemas/events/live.py.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import Connection

from domain.clock import rfc3339
from domain.export_life import ExportState
from models.guilds.guild import lock_guilds, save_guilds
from models.outbox import add_to_outbox

LiveEvent = dict[str, Any]


def live_event(kind: str, now_ms: int, data: dict[str, Any]) -> LiveEvent:
    return {"type": kind, "timestamp": rfc3339(now_ms), "data": data}


def queue_live_events(
    connection: Connection, events: Mapping[int, Sequence[LiveEvent]], now_ms: int
) -> None:
    """Queue events by guild. The guilds' rows stay locked until commit: offsets follow commits."""
    guilds = lock_guilds(connection, events)
    rows = [
        (id, guilds[id].take_offsets(len(of_guild)), orjson.dumps(of_guild).decode(), now_ms)
        for id, of_guild in sorted(events.items())
    ]
    add_to_outbox(connection, rows)
    save_guilds(connection, guilds.values())


def notification_event(
    now_ms: int,
    id: UUID,
    *,
    event_type: str,
    title: str,
    message: str,
    priority: str,
    link: str | None,
    by: str | None = None,
) -> LiveEvent:
    """What a notification says is the same for every reader; whether it is read is not told.

    by: who did it, as `user:1`; their name goes out with it (outbox.py)
    """
    said = {"event_type": event_type, "title": title, "message": message}
    who = {"by": (by or "").partition(":")[2] or None, "by_username": None}
    data = {"id": str(id), **said, "priority": priority, "link": link, **who}
    return live_event("notification", now_ms, data)


def export_progress_event(now_ms: int, id: UUID, status: ExportState, progress: float) -> LiveEvent:
    """`progress`: percent."""
    data = {"id": str(id), "status": status.value, "progress": progress}
    return live_event("export_progress", now_ms, data)
