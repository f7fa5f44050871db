"""Set-based looks over all guilds: where a condition is not what it was. One statement each."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    Double,
    Select,
    and_,
    bindparam,
    case,
    cast,
    exists,
    func,
    or_,
    select,
)

from domain.alert_rules import HEARTBEAT_COUNTS_FOR_MS, Condition, EventType, Thresholds
from models.alerts.tables import AlertState, Listening, StoredAlertSettings
from models.guilds.guild import Guild
from models.heartbeat import Heartbeat
from models.sql.bulk import BulkInsert

_USUAL = Thresholds()
_NOW_MS = bindparam("now_ms", type_=BigInteger)
LISTENING_LOST_AFTER_MS = 60_000
_HEARD, _EVALUATED = 1, 2  # the rows of `listening`
_LISTENING = BulkInsert(
    Listening,
    ("id", "since_ms", "last_ms"),
    "(id) DO UPDATE SET since_ms = CASE WHEN excluded.last_ms - listening.last_ms >"
    f" {LISTENING_LOST_AFTER_MS} OR excluded.last_ms < listening.last_ms -"
    f" {LISTENING_LOST_AFTER_MS} THEN excluded.since_ms ELSE listening.since_ms END,"
    " last_ms = excluded.last_ms",
)


def note_listening(connection: Connection, now_ms: int) -> None:
    """A web process can take events now. After a break of a minute, we listen since now."""
    _LISTENING.run(connection, [(_HEARD, now_ms, now_ms)])


def note_evaluated(connection: Connection, now_ms: int) -> None:
    """A sweep has looked at all alerts."""
    _LISTENING.run(connection, [(_EVALUATED, now_ms, now_ms)])


def last_evaluated(connection: Connection) -> int | None:
    """When a sweep last looked at all alerts."""
    return connection.scalar(select(Listening.last_ms).where(Listening.id == _EVALUATED))


def listening_since(connection: Connection, now_ms: int) -> int | None:
    """Since when events could reach us; None when they cannot now."""
    query = select(Listening.since_ms).where(
        Listening.id == _HEARD,
        Listening.last_ms.between(now_ms - LISTENING_LOST_AFTER_MS, now_ms + 1000),
    )
    return connection.scalar(query)


def offline_changes(
    connection: Connection,
    now_ms: int,
    since_ms: int | None,
    guild_ids: Sequence[int] | None = None,
) -> list[Any]:
    """(guild_id, last_received_ms, bot_offline_s) where a bot fell silent or is back.

    The same rule as `domain.alert_rules.offline_condition`. `since_ms` None: we do not listen, so
    no silence counts.
    """
    query = _offline(since_ms is not None)
    if guild_ids is not None:
        query = query.where(Guild.guild_id.in_(guild_ids))
    listened_ms = None if since_ms is None else now_ms - since_ms
    return list(connection.execute(query, {"now_ms": now_ms, "listened_ms": listened_ms}))


@cache
def _offline(listens: bool) -> Select[int, Any, Any]:
    """Put together once, as all of these: that takes longer than an answer with nothing in it."""
    span_s = func.coalesce(StoredAlertSettings.bot_offline_s, _USUAL.bot_offline_s)
    silent_ms = _NOW_MS - Guild.last_received_ms
    known = _known()
    is_back = and_(known != Condition.GOOD, silent_ms < span_s * 1000)
    changed: ColumnElement[bool] = is_back
    if listens:
        # As a long number: what PostgreSQL takes for a plain one ends after 25 days of listening.
        listened_ms = bindparam("listened_ms", type_=BigInteger)
        span_over = and_(silent_ms >= span_s * 1000, listened_ms >= span_s * 1000)
        changed = or_(is_back, and_(known != Condition.BAD, span_over))
    return (
        select(Guild.guild_id, Guild.last_received_ms, span_s)
        .join(StoredAlertSettings, StoredAlertSettings.guild_id == Guild.guild_id, isouter=True)
        .join(AlertState, _state_of(Guild.guild_id, EventType.BOT_OFFLINE), isouter=True)
        .where(Guild.last_received_ms.is_not(None), changed)
        .order_by(Guild.guild_id)
    )


def rate_limit_changes(
    connection: Connection, now_ms: int, guild_ids: Sequence[int] | None = None
) -> list[Any]:
    """(guild_id, percent left by the worst shard, rate_limit_pct) where the condition changed."""
    query, guild_id = _rate_limits()
    if guild_ids is not None:
        query = query.where(guild_id.in_(guild_ids))
    return list(connection.execute(query, {"now_ms": now_ms}))


@cache
def _rate_limits() -> tuple[Select[Any], ColumnElement[int]]:
    """And the column of the guild's id."""
    free_pct = cast(100.0, Double) * Heartbeat.rate_limit_remaining / Heartbeat.rate_limit
    worst = (
        select(Heartbeat.guild_id, func.min(free_pct).label("free_pct"))
        .where(
            Heartbeat.rate_limit > 0,
            Heartbeat.rate_limit_remaining.is_not(None),
            Heartbeat.timestamp_ms > _NOW_MS - HEARTBEAT_COUNTS_FOR_MS,
        )
        .group_by(Heartbeat.guild_id)
        .subquery()
    )
    threshold = func.coalesce(StoredAlertSettings.rate_limit_pct, _USUAL.rate_limit_pct)
    twice = case((threshold * 2 > 100, 100), else_=threshold * 2)
    known, free = _known(), worst.c.free_pct
    changed = or_(
        known == Condition.NONE,
        and_(known != Condition.BAD, free < threshold),
        and_(known != Condition.GOOD, free >= threshold, or_(free > twice, free >= 100)),
    )
    query = (
        select(worst.c.guild_id, free, threshold)
        .join(StoredAlertSettings, StoredAlertSettings.guild_id == worst.c.guild_id, isouter=True)
        .join(
            AlertState, _state_of(worst.c.guild_id, EventType.RATE_LIMIT_APPROACHING), isouter=True
        )
        .where(changed)
        .order_by(worst.c.guild_id)
    )
    return query, worst.c.guild_id


def rate_limits_gone(connection: Connection, now_ms: int) -> list[int]:
    """Guilds whose rate limit was near, and of which no heartbeat has spoken lately."""
    return list(connection.scalars(_gone(), {"now_ms": now_ms}))


@cache
def _gone() -> Select[Any]:
    fresh = exists().where(
        Heartbeat.guild_id == AlertState.guild_id,
        Heartbeat.rate_limit > 0,
        Heartbeat.timestamp_ms > _NOW_MS - HEARTBEAT_COUNTS_FOR_MS,
    )
    query = select(AlertState.guild_id).where(
        AlertState.event_type == EventType.RATE_LIMIT_APPROACHING,
        AlertState.condition == Condition.BAD,
        ~fresh,
    )
    return query.order_by(AlertState.guild_id)


def _known() -> ColumnElement[str]:
    return func.coalesce(AlertState.condition, Condition.NONE.value)


def _state_of(guild_id: Any, event_type: EventType) -> ColumnElement[bool]:
    return and_(AlertState.guild_id == guild_id, AlertState.event_type == event_type.value)
