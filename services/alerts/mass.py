"""Raids as alerts: whether one goes on, and those that late events show to have been."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import uuid4

from sqlalchemy import Connection

from adapters.secret_box import SecretBox
from domain.alert_rules import (
    CALM_AFTER_MS,
    PRIORITY_OF,
    Breach,
    Condition,
    EventType,
    Thresholds,
    find_breaches,
)
from domain.alert_states import (
    State,
)
from domain.alert_words import found_afterwards
from domain.guild_state import GuildState
from domain.messages import MessageKind, Priority
from models.alerts.store import (
    AlertRow,
    TrailRow,
    add_trail,
    alerts_overlapping,
    save_alerts,
)
from models.alerts.violations import times_from
from services.alerts.turns import Seen
from services.notifications.telling import Notice, tell

FOUND_AFTERWARDS = "found_afterwards"


@dataclass(frozen=True, slots=True)
class Breaches:
    """`current` goes on or ended less than five minutes ago; `past` are over."""

    current: Breach | None
    past: tuple[Breach, ...]


def breaches_from(
    connection: Connection, guild_id: int, thresholds: Thresholds, from_ms: int, now_ms: int
) -> Breaches:
    """Those that violations at or after `from_ms` are part of."""
    window_s = thresholds.mass_violations_window_s
    # A breach that goes on was begun earlier: all that hangs together with it counts.
    reach_ms = from_ms - window_s * 1000 - CALM_AFTER_MS
    times = times_from(connection, guild_id, reach_ms, now_ms + CALM_AFTER_MS)
    found = find_breaches(times, thresholds.mass_violations_count, window_s)
    touched = [breach for breach in found if breach.ended_ms >= from_ms]
    current = [breach for breach in touched if breach.ended_ms + CALM_AFTER_MS > now_ms]
    past = tuple(breach for breach in touched if breach not in current)
    return Breaches(current[-1] if current else None, past)


def seen_of(guild_id: int, thresholds: Thresholds, breach: Breach) -> Seen:
    return Seen(
        guild_id=guild_id,
        event_type=EventType.MASS_VIOLATIONS,
        judge=lambda _before: Condition.BAD,
        value=breach.count,
        threshold=thresholds.mass_violations_count,
        until_ms=breach.ended_ms + CALM_AFTER_MS,
    )


def tell_afterwards(
    connection: Connection,
    secrets: SecretBox,
    guilds: Mapping[int, GuildState],
    guild_id: int,
    breaches: Breaches,
    now_ms: int,
) -> bool:
    """Tell of raids that nobody was told of while they went on; whether there were any."""
    late = [
        breach
        for breach in breaches.past
        if not alerts_overlapping(
            connection,
            guild_id,
            EventType.MASS_VIOLATIONS,
            breach.began_ms,
            breach.ended_ms + CALM_AFTER_MS,
        )
    ]
    alerts = [_closed(guild_id, breach) for breach in late]
    save_alerts(connection, alerts)
    add_trail(connection, [_trail(alert, now_ms) for alert in alerts])
    tell(connection, secrets, guilds, [_notice(alert) for alert in alerts], now_ms)
    return bool(late)


def _closed(guild_id: int, breach: Breach) -> AlertRow:
    return AlertRow(
        guild_id=guild_id,
        id=uuid4(),
        event_type=EventType.MASS_VIOLATIONS.value,
        state=State.RESOLVED.value,
        priority=PRIORITY_OF[EventType.MASS_VIOLATIONS].value,
        value=breach.count,
        threshold=None,
        opened_ms=breach.reached_ms,
        closed_ms=breach.ended_ms + CALM_AFTER_MS,
        closed_reason=FOUND_AFTERWARDS,
    )


def _trail(alert: AlertRow, now_ms: int) -> TrailRow:
    return TrailRow(
        guild_id=alert.guild_id,
        alert_id=alert.id,
        at_ms=now_ms,
        kind=FOUND_AFTERWARDS,
        reason="late_events",
    )


def _notice(alert: AlertRow) -> Notice:
    """Without an alert to it: no pager rings for what is over."""
    title, text = found_afterwards(int(alert.value or 0))
    return Notice(
        guild_id=alert.guild_id,
        kind=MessageKind.NOTIFICATION,
        event_type=EventType.MASS_VIOLATIONS,
        priority=Priority.MEDIUM,
        dedup_key=f"alert:{alert.id}:{FOUND_AFTERWARDS}",
        title=title,
        message=text,
        link=f"#alert/{alert.id}",
    )
