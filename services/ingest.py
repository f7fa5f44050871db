"""Storing events: rows, rollups, dirty marks and live events, in one transaction.

The order inside it: lock the guilds, claim the event ids, write what is new. A second request with
the same events waits at the lock and then finds every id taken.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

import msgspec
from sqlalchemy import Connection

from adapters.database import Database
from domain.guild_state import GuildState
from domain.rollup_deltas import ViolationRow, rollup_deltas
from domain.spans import EVERY_SPAN
from domain.windows import MINUTE_MS
from models import event_store, state_store
from models.bulk import pipelined
from models.dirty_guild import Mark, mark_dirty
from models.guild import lock_guilds, save_guilds
from models.rollup import MINUTES_KEPT
from models.rollup_store import add_rollups
from schemas.event import Event, HeartbeatEvent
from services.event_rows import live_violation, rows_of
from services.user_names import learn_names

Key = tuple[int, UUID]  # guild, event id


@dataclass(frozen=True, slots=True)
class Ingested:
    """How many events were new, how many were there already, and the guilds that changed."""

    accepted: int
    duplicates: int
    guild_ids: tuple[int, ...]


def ingest_events(
    database: Database, events: Sequence[Event], now_ms: int, *, live: bool = True
) -> Ingested:
    """Store `events` durably, each id once for ever; the answer is true when this returns.

    `live=False` is for history: it changes every count, but nobody is told that it happens now.
    """
    if not events:
        return Ingested(0, 0, ())
    with database.write() as connection:
        guilds = lock_guilds(connection, _guild_ids(events))
        (answer,) = _ingest(connection, guilds, [events], now_ms, live)
    return answer


def ingest_together(
    database: Database, requests: Sequence[Sequence[Event]], now_ms: int
) -> list[Ingested | None]:
    """Store the events of several requests in one transaction, as if they came in this order.

    None for a request to a guild that somebody else is writing to: it is left out, to wait alone.
    """
    with database.write() as connection:
        every = {id for events in requests for id in _guild_ids(events)}
        guilds = lock_guilds(connection, every, skip_locked=True)
        free = [_guild_ids(events) <= guilds.keys() for events in requests]
        taken = [events for events, is_free in zip(requests, free, strict=True) if is_free]
        answers = iter(_ingest(connection, guilds, taken, now_ms, live=True))
    return [next(answers) if is_free else None for is_free in free]


def _guild_ids(events: Sequence[Event]) -> set[int]:
    return {event.guild_id for event in events}


def _ingest(
    connection: Connection,
    guilds: dict[int, GuildState],
    requests: Sequence[Sequence[Event]],
    now_ms: int,
    live: bool,
) -> list[Ingested]:
    """What became of each of `requests`, whose guilds are locked; an id counts for the first."""
    first_of: dict[Key, Event] = {}
    for events in requests:
        for event in events:
            first_of.setdefault((event.guild_id, event.id), event)
    new = event_store.claim_event_ids(connection, first_of)
    fresh = [event for key, event in first_of.items() if key in new]
    if fresh:
        _store(connection, guilds, fresh, now_ms, live)
    return [_answer(events, new) for events in requests]


def _answer(events: Sequence[Event], new: set[Key]) -> Ingested:
    """Takes from `new` what this request brought."""
    mine = {(event.guild_id, event.id) for event in events} & new
    new -= mine
    changed = tuple(sorted({guild_id for guild_id, _ in mine}))
    return Ingested(len(mine), len(events) - len(mine), changed)


def _store(
    connection: Connection,
    guilds: dict[int, GuildState],
    events: list[Event],
    now_ms: int,
    live: bool,
) -> None:
    first_event_ms = {state.guild_id: state.first_event_ms for state in guilds.values()}
    batch = rows_of(events, guilds)
    state_store.warnings.merge(connection, batch.warnings)
    state_store.appeals.merge(connection, batch.appeals)
    state_store.heartbeats.merge(connection, batch.heartbeats)
    dirty: set[int] = {event.guild_id for event in events if not isinstance(event, HeartbeatEvent)}
    # A heartbeat shows nowhere, unless it makes the guild's history longer.
    dirty |= {id for id, ms in first_event_ms.items() if guilds[id].first_event_ms != ms}
    dirty.update(learn_names(connection, batch.users))
    with pipelined(connection):
        event_store.add_violations(connection, batch.violations)
        event_store.add_message_counts(connection, batch.messages)
        if live:
            _add_live_events(connection, batch.violations, guilds, now_ms)
        changed = {event.guild_id: guilds[event.guild_id] for event in events}
        save_guilds(connection, changed.values())
        mark_dirty(connection, _marks(dirty, batch.violations, now_ms))
        # Counted while the database is at work on the rows.
        minutes_from_ms = now_ms - MINUTES_KEPT * MINUTE_MS
        deltas = rollup_deltas(batch.violations, batch.messages, minutes_from_ms)
    add_rollups(connection, deltas, batch.violations)


def _marks(dirty: set[int], violations: Iterable[ViolationRow], now_ms: int) -> list[Mark]:
    times: dict[int, list[int]] = defaultdict(list)
    for row in violations:
        times[row.guild_id].append(row.timestamp_ms)
    return [
        (id, now_ms, EVERY_SPAN, min(times[id], default=None), max(times[id], default=None))
        for id in dirty
    ]


def _add_live_events(
    connection: Connection,
    violations: Iterable[ViolationRow],
    guilds: dict[int, GuildState],
    now_ms: int,
) -> None:
    live: dict[int, list[dict[str, object]]] = defaultdict(list)
    for row in violations:
        live[row.guild_id].append(live_violation(row))
    rows = [
        (id, guilds[id].take_offsets(len(items)), msgspec.json.encode(items).decode(), now_ms)
        for id, items in live.items()
    ]
    event_store.add_to_outbox(connection, rows)
