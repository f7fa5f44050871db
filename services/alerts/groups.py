"""Events that come in numbers: the first is told at once, what follows in one digest per 5 min."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import orjson
from sqlalchemy import Connection

from adapters.secret_box import SecretBox
from domain.alert_rules import PRIORITY_OF, EventType
from domain.alert_words import new_violations, settings_changed
from domain.clock import AHEAD_MS, is_ahead, rfc3339
from domain.decisions import GROUP_MS
from domain.guild_state import GuildState
from domain.messages import MessageKind, Priority
from models.alerts.store import StateRow, save_states
from models.alerts.violations import counts_between
from services.notifications.telling import Notice, tell

GROUPED = frozenset((EventType.NEW_VIOLATION.value, EventType.CONFIG_UPDATE.value))


@dataclass(frozen=True, slots=True)
class _Counted:
    count: int
    high: int
    first_ms: int
    last_ms: int
    priority: Priority


def group_until(state: StateRow | None, by: str) -> int | None:
    """Until when such an event waits for the digest; a change only by who made the others."""
    if state is None or state.until_ms is None:
        return None
    is_of_changes = state.event_type == EventType.CONFIG_UPDATE
    if is_of_changes and orjson.loads(state.grouped or "{}").get("by") != by:
        return None
    return state.until_ms


def tell_of_violations(
    connection: Connection,
    secrets: SecretBox,
    guilds: Mapping[int, GuildState],
    state: StateRow,
    from_ms: int,
    now_ms: int,
) -> bool:
    """The first of a group: those from `from_ms` on that were not told of; whether there were any.

    While a group is open nothing is told: it ends by time (`end_group`).
    """
    if is_ahead(state.until_ms, now_ms, GROUP_MS):
        return False
    after_ms = max(_told_ms(state, now_ms, 0), from_ms - 1)
    return _tell_violations(connection, secrets, guilds, state, after_ms, now_ms)


def tell_of_change(
    connection: Connection,
    secrets: SecretBox,
    guilds: Mapping[int, GuildState],
    state: StateRow,
    action: str,
    by: str,
    key: str,
    now_ms: int,
) -> None:
    """A change of settings: the first by a person at once, more of theirs when the group ends."""
    group = orjson.loads(state.grouped) if state.grouped else {}
    if group.get("by") == by and is_ahead(state.until_ms, now_ms, GROUP_MS):
        group["count"] += 1
        save_states(connection, [replace(state, grouped=orjson.dumps(group).decode())])
        return
    if group.get("count"):  # another person's group, which ends here
        _tell_changes(connection, secrets, guilds, state, now_ms)
    notice = _changes(state.guild_id, action, 1, f"config:{key}", by)
    tell(connection, secrets, guilds, [notice], now_ms)
    text = orjson.dumps({"by": by, "action": action, "count": 0, "key": key}).decode()
    until_ms = now_ms + GROUP_MS
    save_states(connection, [replace(state, grouped=text, until_ms=until_ms, due_ms=until_ms)])


def end_group(
    connection: Connection,
    secrets: SecretBox,
    guilds: Mapping[int, GuildState],
    state: StateRow,
    now_ms: int,
) -> bool:
    """The digest of what came since the first; without anything the group is over."""
    if state.event_type == EventType.NEW_VIOLATION:
        after_ms = _told_ms(state, now_ms, now_ms)
        if _tell_violations(connection, secrets, guilds, state, after_ms, now_ms):
            return True
    elif state.grouped and orjson.loads(state.grouped)["count"]:
        _tell_changes(connection, secrets, guilds, state, now_ms)
    keeps = state.grouped if state.event_type == EventType.NEW_VIOLATION else None
    save_states(connection, [replace(state, grouped=keeps, until_ms=None, due_ms=None)])
    return False


def _tell_violations(
    connection: Connection,
    secrets: SecretBox,
    guilds: Mapping[int, GuildState],
    state: StateRow,
    after_ms: int,
    now_ms: int,
) -> bool:
    counted = _count(connection, state.guild_id, after_ms, now_ms + AHEAD_MS)
    if counted is None:
        return False
    title, text = new_violations(counted.count, counted.high)
    notice = Notice(
        guild_id=state.guild_id,
        kind=MessageKind.NOTIFICATION,
        event_type=EventType.NEW_VIOLATION,
        priority=counted.priority,
        dedup_key=f"violations:{rfc3339(counted.first_ms)}",
        title=title,
        message=text,
        link="#violations",
    )
    tell(connection, secrets, guilds, [notice], now_ms)
    until_ms = now_ms + GROUP_MS
    grouped = replace(state, grouped=str(counted.last_ms), until_ms=until_ms, due_ms=until_ms)
    save_states(connection, [grouped])
    return True


def _told_ms(state: StateRow, now_ms: int, otherwise_ms: int) -> int:
    """The last violation that was told of; not one of a clock that was set back since."""
    told_ms = int(state.grouped or 0)
    return told_ms if told_ms <= now_ms + AHEAD_MS else otherwise_ms


def _count(connection: Connection, guild_id: int, after_ms: int, until_ms: int) -> _Counted | None:
    rows = list(counts_between(connection, guild_id, after_ms, until_ms))
    if not rows:
        return None
    by_severity = {severity: count for severity, count, _, _ in rows}
    severest = next(name for name in ("high", "medium", "low") if name in by_severity)
    return _Counted(
        count=sum(by_severity.values()),
        high=by_severity.get("high", 0),
        first_ms=min(first for _, _, first, _ in rows),
        last_ms=max(last for _, _, _, last in rows),
        priority=Priority(severest),
    )


def _tell_changes(
    connection: Connection,
    secrets: SecretBox,
    guilds: Mapping[int, GuildState],
    state: StateRow,
    now_ms: int,
) -> None:
    group = orjson.loads(state.grouped or "{}")
    key = f"config:{group['key']}:more"
    notice = _changes(state.guild_id, group["action"], group["count"], key, group["by"])
    tell(connection, secrets, guilds, [notice], now_ms)


def _changes(guild_id: int, action: str, count: int, key: str, by: str) -> Notice:
    title, text = settings_changed(action, count)
    return Notice(
        guild_id=guild_id,
        kind=MessageKind.NOTIFICATION,
        event_type=EventType.CONFIG_UPDATE,
        priority=PRIORITY_OF[EventType.CONFIG_UPDATE],
        dedup_key=key,
        title=title,
        message=text,
        link="#audit",
        by=by,
    )
