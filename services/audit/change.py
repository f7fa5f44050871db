"""Changes that people make: with their audit entry and their live event in the same transaction."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

import orjson
from sqlalchemy import Connection

from adapters.redis.cache_aside import config_key, rules_key
from domain.alert_rules import EventType
from domain.bot_changes import BotChangeState, ForBot
from domain.guild_state import GuildState
from domain.roles import Authenticated, Viewer
from models.alerts.store import StateRow, states_of
from models.audit_log import add_audit_entry
from models.bot.changes import add_change
from models.guilds.guild import lock_guilds
from models.snapshots.dirty import Mark, mark_dirty
from services.alerts.groups import tell_of_change
from services.container import Parts
from services.live.events import LiveEvent, live_event, queue_live_events

_TOLD = frozenset(("notification_preferences", "channels"))


@dataclass(slots=True)
class Change:
    """What a change did; the block under `audited` fills it in.

    action: its name in the audit log, such as `rules.update`
    decided_ms: its place among what the guild's bot says, whose clock is another one
    details: JSON for the audit log, usually {"before": ..., "after": ...}
    field: `rules`, `config` or `roles` when open dashboards should hear of it
    documents: which answers made from snapshots change with it (bits of domain.touched)
    happened: whether there was anything to change; without it nothing is logged or told
    guilds: the guild's locked row, for what queues live events itself
    has_told: whether deliveries were written
    for_bot: what the guild's bot is to carry out
    """

    connection: Connection
    action: str
    decided_ms: int
    guilds: dict[int, GuildState] = field(default_factory=dict)
    has_told: bool = False
    details: dict[str, Any] = field(default_factory=dict)
    field: str | None = None
    documents: int = 0
    happened: bool = True
    for_bot: ForBot | None = None


@contextmanager
def audited(parts: Parts, who: Authenticated[Viewer], action: str) -> Iterator[Change]:
    """A transaction on the guild of `who`, its row locked. Raising inside undoes everything."""
    now_ms = parts.clock()
    with parts.database.write() as connection:
        guilds = lock_guilds(connection, [who.guild_id])
        guild = guilds[who.guild_id]
        change = Change(connection, action, guild.decided_ms(now_ms), guilds)
        yield change
        if change.happened:
            entry_id = _log(connection, who, change, now_ms)
            events = [] if change.field is None else [_live(who, change, now_ms)]
            if change.for_bot is not None:
                id = add_change(connection, who.guild_id, change.for_bot, actor_of(who), now_ms)
                events.append(_for_bot(id, change.for_bot, now_ms))
            if _is_told(change):
                _tell(parts, who, change, entry_id, now_ms)
            if events:  # the row is read anew: others have queued events by it meanwhile
                queue_live_events(connection, {who.guild_id: events}, now_ms)
            if change.documents:
                mark_dirty(connection, [Mark(who.guild_id, now_ms, change.documents)])
    if change.happened:
        _after_commit(parts, who.guild_id, change)


def note_export(parts: Parts, who: Authenticated[Viewer], filters: dict[str, str]) -> None:
    """Somebody takes data out: written down before the first byte leaves."""
    with audited(parts, who, "violations.export") as change:
        change.details = {"filters": filters}


def _after_commit(parts: Parts, guild_id: int, change: Change) -> None:
    if change.field in ("rules", "config"):
        # Should Redis be away: publishing the event drops them again (services/live/outbox.py).
        parts.values.drop(config_key(guild_id), rules_key(guild_id))
    parts.wake_publisher.set()
    if change.has_told:
        parts.after_telling()
    if change.documents:
        parts.queue.wake_materialiser()


def _is_told(change: Change) -> bool:
    """What a server works by, and what it is told of: whoever looks after it wants to know."""
    return change.field is not None or change.action.partition(".")[0] in _TOLD


def _tell(
    parts: Parts, who: Authenticated[Viewer], change: Change, entry_id: UUID, now_ms: int
) -> None:
    event_type = EventType.CONFIG_UPDATE.value
    states = states_of(change.connection, [who.guild_id])
    state = states.get((who.guild_id, event_type))
    tell_of_change(
        change.connection,
        parts.secrets,
        change.guilds,
        state or StateRow(guild_id=who.guild_id, event_type=event_type),
        change.action,
        actor_of(who),
        str(entry_id),
        now_ms,
    )
    change.has_told = True


def actor_of(who: Authenticated[Viewer]) -> str:
    """Who did something, or has read something: a person or a token."""
    return f"user:{who.user_id}" if who.user_id is not None else f"token:{who.token_id}"


def _log(connection: Connection, who: Authenticated[Viewer], change: Change, now_ms: int) -> UUID:
    id = uuid4()
    details = orjson.dumps(change.details | _actor(who)).decode()
    add_audit_entry(connection, who.guild_id, id, who.user_id, change.action, details, now_ms)
    return id


def _actor(who: Authenticated[Viewer]) -> dict[str, str]:
    """An API token has no user: the log names the token."""
    return {} if who.token_id is None else {"token_id": str(who.token_id)}


def _live(who: Authenticated[Viewer], change: Change, now_ms: int) -> LiveEvent:
    by: int | UUID | None = who.user_id if who.user_id is not None else who.token_id
    data = {"field": change.field, "updated_by": str(by), "changes": change.details}
    return live_event("config_update", now_ms, data)


def _for_bot(id: UUID, what: ForBot, now_ms: int) -> LiveEvent:
    said = {"kind": what.kind, "subject": what.subject, "state": BotChangeState.WAITING}
    return live_event("bot_change", now_ms, {"id": str(id), **said})
