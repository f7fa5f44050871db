"""Live events about snapshots that changed: the day's key figures and health."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

import orjson

from adapters.database import Database
from domain.snapshot import Kind, Snapshot
from domain.spans import Span
from services.live.events import LiveEvent, live_event, queue_live_events


def queue_updates(database: Database, saved: Iterable[Snapshot], now_ms: int) -> int:
    """Queue `metrics_update` and `health_update` for guilds whose day changed; how many guilds.

    A transaction of its own: the guilds' rows stay locked for a moment only, and a crash before it
    loses nothing that the next update does not say again.
    """
    events = _events(saved, now_ms)
    if not events:
        return 0
    with database.write() as connection:
        queue_live_events(connection, events, now_ms)
    return len(events)


def _events(saved: Iterable[Snapshot], now_ms: int) -> dict[int, list[LiveEvent]]:
    day = {
        (one.guild_id, one.kind): one
        for one in saved
        if one.span is Span.DAY and one.kind in (Kind.METRICS, Kind.HEALTH)
    }
    events: dict[int, list[LiveEvent]] = defaultdict(list)
    for guild_id in {guild_id for guild_id, _ in day}:
        metrics, health = day[guild_id, Kind.METRICS], day[guild_id, Kind.HEALTH]
        score = orjson.loads(health.body)
        if _changed(metrics) or _changed(health):
            figures = orjson.loads(metrics.body)
            data = {name: figures[name] for name in ("messages_processed", "violations_total")}
            data |= {"health_score": score["health_score"], "version": metrics.version}
            events[guild_id].append(live_event("metrics_update", now_ms, data))
        if _changed(health):
            names = ("health_score", "violation_rate", "warning")
            data = {name: score[name] for name in names}
            events[guild_id].append(live_event("health_update", now_ms, data))
    return events


def _changed(one: Snapshot) -> bool:
    return one.changed_ms == one.as_of_ms
