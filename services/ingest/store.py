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
from adapters.process.turns import in_turns, let_others_run
from domain.guild_state import GuildState
from domain.rollup_deltas import ViolationRow, rollup_deltas
from domain.touched import Cause, touched_by
from domain.windows import DAY_MS
from models.events import store as event_store
from models.guilds.channel_names import learn_channels
from models.guilds.guild import lock_guilds, save_guilds
from models.members import standing as state_store
from models.outbox import add_to_outbox
from models.rollups.horizon import history_minutes_from_ms
from models.rollups.store import add_rollups
from models.snapshots.dirty import Mark, mark_dirty
from models.sql.bulk import pipelined
from models.users.guild_names import learn_guild_users
from schemas.events.structs import Event
from services.ingest.rows import live_violation, rows_of, stored_bytes
from services.ingest.touching import known_of, touched_by_events, touched_by_news
from services.users.names import learn_names

# An id is needed for as long as its event is accepted (schemas.events.body.OLDEST_MS), by whatever
# clock: half as long again. History is accepted at any time.
ID_KEPT_MS = 45 * DAY_MS
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
        for event in in_turns(events):
            first_of.setdefault((event.guild_id, event.id), event)
    ids = {key: event.timestamp + ID_KEPT_MS if live else None for key, event in first_of.items()}
    let_others_run()
    new = event_store.claim_event_ids(connection, ids)
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
    minutes_from_ms = 0 if live else history_minutes_from_ms(connection, now_ms)
    before = {state.guild_id: known_of(state) for state in guilds.values()}
    batch = rows_of(events, guilds, now_ms)
    state_store.warnings.merge(connection, batch.warnings)
    state_store.appeals.merge(connection, batch.appeals)
    state_store.heartbeats.merge(connection, batch.heartbeats)
    touched = touched_by_events(events)
    for guild_id, known in before.items():
        touched[guild_id] |= touched_by_news(known, known_of(guilds[guild_id]))
    for guild_id in learn_names(connection, batch.users):
        touched[guild_id] |= touched_by(Cause.NAMES)
    learn_guild_users(connection, batch.guild_users)
    learn_channels(connection, batch.channels)
    with pipelined(connection):
        event_store.add_violations(connection, batch.violations)
        event_store.add_message_counts(connection, batch.messages)
        if live:
            _add_live_events(connection, batch.violations, guilds, now_ms)
        changed = {event.guild_id: guilds[event.guild_id] for event in events}
        if live:
            _note_received(changed.values(), now_ms)
        _count_usage(guilds, events, now_ms)
        save_guilds(connection, changed.values())
        mark_dirty(connection, _marks(touched, batch.violations, now_ms), is_live=live)
        # Counted while the database is at work on the rows.
        deltas = rollup_deltas(in_turns(batch.violations), batch.messages, minutes_from_ms)
    add_rollups(connection, deltas, batch.violations)


def _count_usage(guilds: dict[int, GuildState], events: Iterable[Event], now_ms: int) -> None:
    """What each guild takes, for its quota: a column more in a row that is written anyway."""
    used: dict[int, list[int]] = defaultdict(list)
    for event in in_turns(events):
        used[event.guild_id].append(stored_bytes(event))
    for guild_id, sizes in used.items():
        guilds[guild_id].use(now_ms // DAY_MS, len(sizes), sum(sizes))


def _note_received(guilds: Iterable[GuildState], now_ms: int) -> None:
    """Their bots live. By our clock: theirs may be wrong, and events may be old."""
    for guild in guilds:
        guild.last_received_ms = now_ms


def _marks(touched: dict[int, int], violations: Iterable[ViolationRow], now_ms: int) -> list[Mark]:
    times: dict[int, list[int]] = defaultdict(list)
    for row in violations:
        times[row.guild_id].append(row.timestamp_ms)
    return [
        Mark(
            guild_id=id,
            since_ms=now_ms,
            documents=documents,
            violations_from_ms=min(times[id], default=None),
            violations_to_ms=max(times[id], default=None),
        )
        for id, documents in touched.items()
        if documents
    ]


def _add_live_events(
    connection: Connection,
    violations: Iterable[ViolationRow],
    guilds: dict[int, GuildState],
    now_ms: int,
) -> None:
    live: dict[int, list[dict[str, object]]] = defaultdict(list)
    for row in in_turns(violations):
        live[row.guild_id].append(live_violation(row))
    rows = [
        (id, guilds[id].take_offsets(len(items)), msgspec.json.encode(items).decode(), now_ms)
        for id, items in live.items()
    ]
    add_to_outbox(connection, rows)
