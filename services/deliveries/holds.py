"""What is held is decided again when due: sent, held on, given up, or told in one digest."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace
from uuid import UUID

import orjson
from sqlalchemy import Connection

from adapters.database import WRITE_REFUSED
from domain.alert_rules import EventType
from domain.decisions import ChannelView, Decision, Event, Reason, Settings, decide
from domain.delivery_life import DeliveryState
from domain.messages import MessageKind, Priority
from models.alerts.store import AlertRow, TrailRow, add_trail, alerts_by_id
from models.deliveries.store import DeliveryRow, change_delivery, held_deliveries, mailed_of
from models.guilds.guild import lock_guilds
from services.container import Parts
from services.deliveries.aside import Failed, put_guild_aside, put_rows_aside
from services.deliveries.summaries import summarise
from services.deliveries.views import (
    Mailed,
    Situation,
    Target,
    alert_view,
    keeps_incidents,
    situation_of,
)

MOST = 500
# What is over by now is mentioned where people would have heard of it but for their own wish.
_MENTIONED = frozenset((Reason.MUTED, Reason.QUIET_HOURS, Reason.SNOOZED))
_TOLD = frozenset((DeliveryState.QUEUED, DeliveryState.DIGESTED))
Decided = tuple[DeliveryRow, Decision]


def release_holds(parts: Parts) -> int:
    """Decide again what is due; how many deliveries were looked at."""
    with parts.database.read() as connection:
        guilds = {row.guild_id for row in held_deliveries(connection, parts.clock(), MOST)}
    return sum(_release_or_put_aside(parts, guild_id) for guild_id in sorted(guilds))


def _release_or_put_aside(parts: Parts, guild_id: int) -> int:
    """A guild for which it fails keeps nothing from the others."""
    try:
        return _release(parts, guild_id)
    except WRITE_REFUSED:
        raise
    except Exception as error:
        put_guild_aside(parts, guild_id, error)
        return 0


def _release(parts: Parts, guild_id: int) -> int:
    now_ms = parts.clock()
    with parts.database.write() as connection:
        lock_guilds(connection, [guild_id])
        rows = held_deliveries(connection, now_ms, MOST, guild_id)
        if rows:
            alert_ids = {row.alert_id for row in rows if row.alert_id is not None}
            alerts = alerts_by_id(connection, [guild_id], alert_ids)
            situation = situation_of(connection, parts.secrets, [guild_id], alert_ids)
            mailed = _mailed(connection, guild_id, rows)
            decided, failed = _decide_each(situation, mailed, rows, alerts, now_ms)
            put_rows_aside(connection, failed, now_ms)
            _apply(connection, situation, decided, now_ms)
            add_trail(connection, [_trail(pair, now_ms) for pair in decided if _is_news(pair)])
    return len(rows)


def _mailed(
    connection: Connection, guild_id: int, rows: Iterable[DeliveryRow]
) -> dict[str, Mailed]:
    """By subject: to which mail addresses it goes already."""
    mailed: dict[str, Mailed] = defaultdict(Mailed)
    subjects = {row.subject for row in rows if row.target}
    for subject, address in mailed_of(connection, guild_id, subjects) if subjects else ():
        mailed[subject].note_address(address)
    return mailed


def _decide_each(
    situation: Situation,
    mailed: dict[str, Mailed],
    rows: Iterable[DeliveryRow],
    alerts: Mapping[UUID, AlertRow],
    now_ms: int,
) -> tuple[list[Decided], list[Failed]]:
    """Those that could be decided, and those that could not."""
    decided: list[Decided] = []
    failed: list[Failed] = []
    for row in rows:
        try:
            alert = alerts.get(row.alert_id or row.id)
            decided.append((row, _decide(situation, mailed, row, alert, now_ms)))
        except Exception as error:
            failed.append((row, error))
    return decided, failed


def _decide(
    situation: Situation,
    mailed: Mapping[str, Mailed],
    row: DeliveryRow,
    alert: AlertRow | None,
    now_ms: int,
) -> Decision:
    """As `tell` does: of two channels with an address, the first alone sends there."""
    target = situation.target(row.guild_id, row.channel_id, row.target)
    if target is None:
        return Decision(DeliveryState.CANCELLED, Reason.CHANNEL_OFF)
    is_duplicate = mailed[row.subject].has(target)
    view = replace(situation.view(target, row.story), is_duplicate=is_duplicate)
    decision = _decide_by(view, situation.settings[row.guild_id], target, row, alert, now_ms)
    mailed[row.subject].note(target, decision)
    return decision


def _decide_by(
    view: ChannelView,
    settings: Settings,
    target: Target,
    row: DeliveryRow,
    alert: AlertRow | None,
    now_ms: int,
) -> Decision:
    event = Event(
        kind=MessageKind(row.kind),
        event_type=EventType(row.event_type),
        priority=Priority(row.priority),
        was_held=True,
    )
    decision = decide(event, alert_view(alert), view, settings, now_ms)
    if decision.reason is Reason.SUPERSEDED and _is_mentioned(row, target, alert):
        # Its mention in the digest waits for the end of the hold, as it would have itself.
        unheld = decide(replace(event, was_held=False), alert_view(alert), view, settings, now_ms)
        if unheld.reason in _MENTIONED:
            return unheld
        return Decision(DeliveryState.DIGESTED, Reason(row.reason))
    return decision


def _is_mentioned(row: DeliveryRow, target: Target, alert: AlertRow | None) -> bool:
    """What people would have heard of, and what is over: not what somebody looks after by now."""
    is_over = alert is not None and alert.closed_ms is not None
    is_beginning = row.reason in _MENTIONED and row.kind == MessageKind.FIRING
    return is_over and is_beginning and _is_for_people(target)


def _apply(
    connection: Connection, situation: Situation, decided: Iterable[Decided], now_ms: int
) -> None:
    told: dict[tuple[UUID, str], list[Decided]] = defaultdict(list)
    for row, decision in decided:
        target = situation.target(row.guild_id, row.channel_id, row.target)
        if target is not None and _is_for_people(target) and decision.state in _TOLD:
            told[row.channel_id, row.target].append((row, decision))
        else:
            _change(connection, row, decision, now_ms)
    for (channel_id, address), pairs in told.items():
        target = situation.target(pairs[0][0].guild_id, channel_id, address)
        assert target is not None
        _tell_at_once(connection, target, pairs, now_ms)


def _tell_at_once(
    connection: Connection, target: Target, pairs: list[Decided], now_ms: int
) -> None:
    """A single thing that still holds is told as itself, anything else as one digest."""
    if len(pairs) == 1 and pairs[0][1].reason not in _MENTIONED:
        _change(connection, *pairs[0], now_ms)
        return
    rows = [row for row, _ in pairs]
    summarise(connection, rows, target, MessageKind.DIGEST, None, now_ms)


def _is_for_people(target: Target) -> bool:
    return not keeps_incidents(target.channel)


def _change(connection: Connection, row: DeliveryRow, decision: Decision, now_ms: int) -> None:
    state, due_ms = decision.state, decision.due_ms
    if decision.reason is Reason.PROVIDER_ASKED_TO_WAIT or state is DeliveryState.DIGESTED:
        state = DeliveryState.QUEUED
    if state is DeliveryState.QUEUED:
        due_ms = due_ms or now_ms
    change_delivery(
        connection, row, now_ms, state=state.value, reason=decision.reason.value, due_ms=due_ms
    )


def _is_news(pair: Decided) -> bool:
    row, decision = pair
    return row.alert_id is not None and row.reason != decision.reason


def _trail(pair: Decided, now_ms: int) -> TrailRow:
    row, decision = pair
    assert row.alert_id is not None
    return TrailRow(
        guild_id=row.guild_id,
        alert_id=row.alert_id,
        at_ms=now_ms,
        kind=f"delivery_{decision.state}",
        reason=decision.reason.value,
        channel_id=row.channel_id,
        delivery_id=row.id,
        details=orjson.dumps({"told": row.kind, "due_ms": decision.due_ms}).decode(),
    )
