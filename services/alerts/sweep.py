"""What time alone changes: bots that fell silent, raids that are over, reminders, groups' digests.

Set-based looks find the guilds; each change is decided once more under the guild's lock, so any
number of sweeps may run at once.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sqlalchemy import Connection

from domain.alert_life import (
    observe,
    pass_time,
)
from domain.alert_rules import (
    CALM_AFTER_MS,
    Condition,
    EventType,
    offline_condition,
    rate_limit_condition,
)
from domain.alert_times import believed
from domain.clock import AHEAD_MS, is_ahead
from domain.decisions import GROUP_MS
from domain.put_aside import Work
from models.alerts.looks import (
    listening_since,
    offline_changes,
    rate_limit_changes,
    rate_limits_gone,
)
from models.alerts.store import AlertRow, StateRow, due_states, open_alerts_of, states_of
from models.guilds.guild import lock_guilds
from models.put_aside import failing
from services.alerts.groups import GROUPED, end_group
from services.alerts.turns import Seen, Turn, apply_seen, apply_turns, make_turn
from services.alerts.waiting import seen_waiting_health
from services.alerts.watch import note_standing
from services.aside.guilds import for_guilds
from services.container import Parts

AT_ONCE = 500
Look = Callable[[Connection, Sequence[int] | None], list[Seen]]


def sweep_alerts(parts: Parts) -> int:
    """How many guilds had something changed."""
    now_ms = parts.clock()
    looks = {
        Work.OFFLINE_ALERTS: _offline(now_ms),
        Work.RATE_LIMIT_ALERTS: _rate_limits(now_ms),
        Work.HEALTH_ALERTS: _waiting_health(now_ms),
    }
    changed = sum(_look(parts, work, look, now_ms) for work, look in looks.items())
    changed += _pass_time(parts, now_ms)
    note_standing(parts.database, now_ms)
    if changed:
        parts.after_telling()
    return changed


def _look(parts: Parts, work: Work, look: Look, now_ms: int) -> int:
    with parts.database.read() as connection:
        found = {seen.guild_id for seen in look(connection, None)}

    def apply(guild_ids: Sequence[int]) -> int:
        with parts.database.write() as connection:
            guilds = lock_guilds(connection, guild_ids)
            apply_seen(connection, parts.secrets, guilds, look(connection, guild_ids), now_ms)
        return len(guild_ids)

    return for_guilds(parts.database, work, found, now_ms, apply)


def _offline(now_ms: int) -> Look:
    def look(connection: Connection, guild_ids: Sequence[int] | None) -> list[Seen]:
        return seen_offline(connection, now_ms, guild_ids)

    return look


def seen_offline(
    connection: Connection, now_ms: int, guild_ids: Sequence[int] | None
) -> list[Seen]:
    since_ms = listening_since(connection, now_ms)
    rows = offline_changes(connection, now_ms, since_ms, guild_ids)
    listening_ms = now_ms if since_ms is None else since_ms

    def judge(last_ms: int, span_s: int) -> Callable[[Condition], Condition]:
        return lambda before: offline_condition(last_ms, listening_ms, span_s, now_ms, before)

    return [
        Seen(
            guild_id=guild_id,
            event_type=EventType.BOT_OFFLINE,
            judge=judge(last_ms, span_s),
            value=(now_ms - last_ms) // 1000,
            threshold=span_s,
        )
        for guild_id, last_ms, span_s in rows
    ]


def _rate_limits(now_ms: int) -> Look:
    def look(connection: Connection, guild_ids: Sequence[int] | None) -> list[Seen]:
        return seen_rate_limits(connection, now_ms, guild_ids)

    return look


def seen_rate_limits(
    connection: Connection, now_ms: int, guild_ids: Sequence[int] | None
) -> list[Seen]:
    def judge(free_pct: float, threshold: int) -> Callable[[Condition], Condition]:
        return lambda before: rate_limit_condition(free_pct, threshold, before)

    event = EventType.RATE_LIMIT_APPROACHING
    found = [
        Seen(
            guild_id=guild_id,
            event_type=event,
            judge=judge(free_pct, threshold),
            value=free_pct,
            threshold=threshold,
        )
        for guild_id, free_pct, threshold in rate_limit_changes(connection, now_ms, guild_ids)
    ]
    gone = [
        Seen(
            guild_id=guild_id,
            event_type=event,
            judge=lambda _: Condition.NONE,
            value=None,
            threshold=None,
        )
        for guild_id in rate_limits_gone(connection, now_ms)
        if guild_ids is None or guild_id in guild_ids
    ]
    return found + gone


def _waiting_health(now_ms: int) -> Look:
    def look(connection: Connection, guild_ids: Sequence[int] | None) -> list[Seen]:
        return seen_waiting_health(connection, now_ms, guild_ids)

    return look


def _pass_time(parts: Parts, now_ms: int) -> int:
    with parts.database.read() as connection:
        waits = failing(connection, Work.ALERT_TIMES, now_ms)
        but = [guild_id for guild_id, still in waits.items() if still]
        due = due_states(connection, now_ms, AT_ONCE, but)

    def apply(guild_ids: Sequence[int]) -> int:
        with parts.database.write() as connection:
            _pass_time_of(parts, connection, guild_ids, now_ms)
        return len(guild_ids)

    guild_ids = {guild_id for guild_id, _ in due}
    return for_guilds(parts.database, Work.ALERT_TIMES, guild_ids, now_ms, apply)


def _pass_time_of(
    parts: Parts, connection: Connection, guild_ids: Sequence[int], now_ms: int
) -> None:
    guilds = lock_guilds(connection, guild_ids)
    alerts = {(row.guild_id, row.event_type): row for row in open_alerts_of(connection, guilds)}
    turns: list[Turn] = []
    for key, state in states_of(connection, guilds).items():
        if state.due_ms is None:
            continue
        if state.event_type not in GROUPED:
            turns.append(_turn(state, alerts.get(key), now_ms))
        elif not is_ahead(state.due_ms, now_ms, GROUP_MS):
            end_group(connection, parts.secrets, guilds, state, now_ms)
    changed = [turn for turn in turns if turn.before != turn.after]
    apply_turns(connection, parts.secrets, guilds, changed, now_ms)


def _turn(state: StateRow, alert: AlertRow | None, now_ms: int) -> Turn:
    until_ms, life = state.until_ms, believed(state.life, now_ms)
    # The last violation may be somewhat ahead of us.
    is_over = until_ms is not None and not is_ahead(until_ms, now_ms, AHEAD_MS + CALM_AFTER_MS)
    calm = observe(life, Condition.GOOD, now_ms, "calm") if is_over else None
    outcome = calm or pass_time(life, now_ms)
    return make_turn(state, outcome, alert, until_ms=None if is_over else until_ms)
