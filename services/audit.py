"""Changes that people make: with their audit entry and their live event in the same transaction."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

import orjson
from sqlalchemy import Connection

from adapters.cache_aside import config_key, rules_key
from domain.roles import Authenticated, Viewer
from domain.spans import EVERY_SPAN
from models.dirty_guild import mark_dirty
from models.event_store import add_to_outbox
from models.guild import lock_guilds, save_guilds
from models.guild_settings import add_audit_entry
from services.live_events import live_event
from services.parts import Parts


@dataclass(slots=True)
class Change:
    """What a change did; the block under `audited` fills it in.

    action: its name in the audit log, such as `rules.update`
    details: JSON for the audit log, usually {"before": ..., "after": ...}
    field: `rules`, `config` or `roles` when open dashboards should hear of it
    dirty: whether answers made from snapshots change with it
    happened: whether there was anything to change; without it nothing is logged or told
    """

    connection: Connection
    action: str
    details: dict[str, Any] = field(default_factory=dict)
    field: str | None = None
    dirty: bool = False
    happened: bool = True


@contextmanager
def audited(parts: Parts, who: Authenticated[Viewer], action: str) -> Iterator[Change]:
    """A transaction on the guild of `who`, its row locked. Raising inside undoes everything."""
    now_ms = parts.clock()
    with parts.database.write() as connection:
        guild = lock_guilds(connection, [who.guild_id])[who.guild_id]
        change = Change(connection, action)
        yield change
        if change.happened:
            _log(connection, who, change, now_ms)
            if change.field is not None:
                rows = [(who.guild_id, guild.take_offsets(1), _live(who, change, now_ms), now_ms)]
                add_to_outbox(connection, rows)
                save_guilds(connection, [guild])
            if change.dirty:
                mark_dirty(connection, [(who.guild_id, now_ms, EVERY_SPAN, None, None)])
    if change.happened:
        _after_commit(parts, who.guild_id, change)


def note_export(parts: Parts, who: Authenticated[Viewer], filters: dict[str, str]) -> None:
    """Somebody takes data out: written down before the first byte leaves."""
    with audited(parts, who, "violations.export") as change:
        change.details = {"filters": filters}


def _after_commit(parts: Parts, guild_id: int, change: Change) -> None:
    if change.field in ("rules", "config"):
        # Should Redis be away: publishing the event drops them again (services/outbox.py).
        parts.values.drop(config_key(guild_id), rules_key(guild_id))
    parts.wake_publisher.set()
    if change.dirty:
        parts.queue.wake_materialiser()


def _log(connection: Connection, who: Authenticated[Viewer], change: Change, now_ms: int) -> None:
    details = orjson.dumps(change.details | _actor(who)).decode()
    add_audit_entry(connection, who.guild_id, uuid4(), who.user_id, change.action, details, now_ms)


def _actor(who: Authenticated[Viewer]) -> dict[str, str]:
    """An API token has no user: the log names the token."""
    return {} if who.token_id is None else {"token_id": str(who.token_id)}


def _live(who: Authenticated[Viewer], change: Change, now_ms: int) -> str:
    by: int | UUID | None = who.user_id if who.user_id is not None else who.token_id
    data = {"field": change.field, "updated_by": str(by), "changes": change.details}
    return orjson.dumps([live_event("config_update", now_ms, data)]).decode()
