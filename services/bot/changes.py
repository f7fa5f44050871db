"""Decisions that a bot asks for, and what it says became of them.

A bot gets each as often as it asks until it has said the outcome: an answer that was lost on its
way costs nothing. The page is told when a bot has it, and how it ended.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import Connection

from domain.bot_changes import BotChangeState, may_follow
from domain.clock import rfc3339
from domain.cursor import read_place, write_cursor
from domain.page_bytes import that_fit
from models.bot import changes as stored
from models.guilds.guild import lock_guilds
from services.container import Parts
from services.live.events import LiveEvent, live_event, queue_live_events
from services.users.names import UNRESOLVED, ShownUser, shown_users


class NoBotChangeError(Exception):
    """There is no such change in this guild."""


class BotChangeEndedError(Exception):
    """It ended otherwise already."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownBotChange:
    id: str
    guild_id: str
    kind: str
    subject: str
    data: dict[str, Any]
    user_id: str | None
    decided_at: str
    decided_by: str | None
    decided_by_username: str | None
    state: str
    told_at: str | None
    ended_at: str | None
    detail: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class BotChanges:
    """`next`: send it as `since` to get what comes after these."""

    changes: list[ShownBotChange]
    next: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownBotChanges:
    changes: list[ShownBotChange]
    next_cursor: str | None


def ask_changes(
    parts: Parts, guild_ids: Collection[int] | None, since: str | None, limit: int
) -> BotChanges:
    """What waits for the bot's word, oldest first; it counts as told from here on.

    Raises ValueError for a `since` that is none.
    """
    after = None if since is None else read_place(since)
    with parts.database.read() as connection:
        rows = stored.open_changes(connection, guild_ids, after, limit)
    shown = that_fit(_shown(row, {}) for row in rows)
    given = rows[: len(shown)]
    _mark_told(parts, [row for row in given if row.state == BotChangeState.WAITING])
    return BotChanges(changes=shown, next=_cursor(given[-1]) if given else since)


def end_change(
    parts: Parts, guild_id: int, id: UUID, state: BotChangeState, detail: str | None
) -> ShownBotChange:
    """Write down what became of it. Raises NoBotChangeError, BotChangeEndedError."""
    now_ms = parts.clock()
    with parts.database.write() as connection:
        lock_guilds(connection, [guild_id])  # first, as whoever decides does
        row = stored.change_of(connection, guild_id, id)
        if row is None:
            raise NoBotChangeError("there is no change with this id in this server")
        if not may_follow(BotChangeState(row.state), state):
            raise BotChangeEndedError(f"this change is {row.state} already")
        if row.state != state:
            stored.end_change(connection, row, state, detail, now_ms)
            _tell_page(connection, [row], state, parts)
        after = stored.change_of(connection, guild_id, id)
    parts.wake_publisher.set()
    return _shown(after, {})


def shown_changes(
    parts: Parts, guild_id: int, limit: int, subject: str | None, cursor: str | None = None
) -> ShownBotChanges:
    """For people: newest first, with the names of who decided. ValueError for no cursor."""
    after = None if cursor is None else read_place(cursor)
    with parts.database.read() as connection:
        rows = stored.list_changes(connection, guild_id, limit + 1, subject, after)
        people = {id for row in rows if (id := _person(row.decided_by)) is not None}
        users = shown_users(connection, people, guild_id)
    shown = that_fit(_shown(row, users) for row in rows[:limit])
    more = rows[len(shown) - 1] if len(rows) > len(shown) else None
    return ShownBotChanges(changes=shown, next_cursor=_cursor(more) if more else None)


def _mark_told(parts: Parts, rows: Sequence[Any]) -> None:
    """Of all their guilds at once: a bot may ask for those of hundreds."""
    if not rows:
        return
    with parts.database.write() as connection:
        lock_guilds(connection, {row.guild_id for row in rows})
        keys = [(row.guild_id, row.id) for row in rows]
        new = stored.mark_told(connection, keys, parts.clock())
        _tell_page(connection, [row for row in rows if row.id in new], BotChangeState.TOLD, parts)
    parts.wake_publisher.set()


def _tell_page(
    connection: Connection, rows: Sequence[Any], state: BotChangeState, parts: Parts
) -> None:
    now_ms = parts.clock()
    events = defaultdict[int, list[LiveEvent]](list)
    for row in rows:
        said = {"id": str(row.id), "kind": row.kind, "subject": row.subject, "state": state.value}
        events[row.guild_id].append(live_event("bot_change", now_ms, said))
    if events:
        queue_live_events(connection, events, now_ms)


def _cursor(row: Any) -> str:
    return write_cursor(row.decided_ms, row.id.hex)


def _person(by: str) -> int | None:
    kind, _, id = by.partition(":")
    return int(id) if kind == "user" else None


def _shown(row: Any, users: dict[int, ShownUser]) -> ShownBotChange:
    person = _person(row.decided_by)
    return ShownBotChange(
        id=str(row.id),
        guild_id=str(row.guild_id),
        kind=row.kind,
        subject=row.subject,
        data=orjson.loads(row.data),
        user_id=None if row.user_id is None else str(row.user_id),
        decided_at=rfc3339(row.decided_ms),
        decided_by=row.decided_by.partition(":")[2] or None,
        decided_by_username=users.get(person, UNRESOLVED).username if person else None,
        state=row.state,
        told_at=None if row.told_ms is None else rfc3339(row.told_ms),
        ended_at=None if row.ended_ms is None else rfc3339(row.ended_ms),
        detail=row.detail,
    )
