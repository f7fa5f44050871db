"""Writing down what came of attempts, and what that says of their channels."""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import Connection
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from adapters.telemetry.counts import DELIVERIES
from adapters.telemetry.seldom import say_seldom
from domain.alert_rules import PRIORITY_OF, EventType
from domain.alert_words import channel_failed
from domain.attempts import Attempt, Outcome
from domain.delivery_life import Next, Sent, after_attempt, blocked_until
from domain.messages import MessageKind, Priority
from models.deliveries import claims
from models.deliveries.sendable import ChannelKey
from models.deliveries.store import DeliveryRow
from models.guilds.guild import lock_guilds
from services.container import Parts
from services.deliveries.compose import Job
from services.deliveries.sending import Ended
from services.notifications.telling import Notice, tell

Held = tuple[Ended, Next]  # and what follows
_FAILED = (Outcome.NOT_SENT, Outcome.IN_DOUBT)
_log = structlog.get_logger()


def settle_all(parts: Parts, ended: Sequence[Ended]) -> None:
    """Those that break no channel together; each by itself where that went wrong."""
    together = [one for one in ended if not one.attempt.is_channel_broken]
    alone = [one for one in ended if one.attempt.is_channel_broken]
    try:
        if together:
            _settle_together(parts, together)
    except PoolTimeoutError as error:
        _warn(error)  # others write for so long that it would be so for each
    except Exception:
        alone += together  # one of them may be to blame
    for one in alone:
        try:
            settle(parts, one.job, one.claim, one.attempt)
        except Exception as error:
            _warn(error)


def settle(parts: Parts, job: Job, claim: UUID, attempt: Attempt) -> bool:
    """Write down what came of it, and what that says of the channel. False: the claim is lost."""
    if not attempt.is_channel_broken:
        return _settle_together(parts, [Ended(job, claim, attempt)]) == 1
    now_ms, key = parts.clock(), _key(job)
    with parts.database.write() as connection:
        # The guild first: a channel that breaks is told to the others, and that is a guild's event.
        guilds = lock_guilds(connection, [job.row.guild_id])
        claims.lock_channel(connection, key)
        held = _write(connection, [Ended(job, claim, attempt)], now_ms)
        if not held:
            return False
        revision = claims.break_channel(connection, key, attempt.reason, now_ms)
        if revision is not None:
            tell(connection, parts.secrets, guilds, [_failed(job, attempt, revision)], now_ms)
    _count(held)
    parts.wake_publisher.set()
    return True


def _settle_together(parts: Parts, ended: Sequence[Ended]) -> int:
    """How many of the claims still held."""
    with parts.database.write() as connection:
        claims.lock_channels(connection, {_key(one.job) for one in ended}, skip_locked=False)
        held = _write(connection, ended, parts.clock())
    _count(held)
    return len(held)


def _write(connection: Connection, ended: Iterable[Ended], now_ms: int) -> list[Held]:
    """Without those whose claim was lost: a late writer changes no row."""
    held: list[Held] = []
    for one in ended:
        job, step = one.job, _next(one.job, one.attempt, now_ms)
        values = _values(job, one.attempt, step)
        if claims.settle(connection, job.row, one.claim, now_ms, values):
            held.append((one, step))
            _note_channel(connection, job, one.attempt, now_ms)
    claims.end_attempts(connection, ((one.job.row, one.attempt) for one, _ in held), now_ms)
    return held


def _count(held: Iterable[Held]) -> None:
    for one, step in held:
        DELIVERIES.labels(one.job.row.channel_kind, step.state.value).inc()


def _warn(error: Exception) -> None:
    """Its lease runs out, and then it is known by the marks what became of it."""
    say_seldom(_log.warning, "delivery_not_noted", error=type(error).__name__)


def _key(job: Job) -> ChannelKey:
    return job.row.guild_id, job.target.row.id


def _next(job: Job, attempt: Attempt, now_ms: int) -> Next:
    sent = Sent(
        failures=job.row.failures,
        created_ms=job.row.created_ms,
        is_keyed=job.target.channel.is_repeatable(job.message),
        in_doubt=job.target.row.in_doubt,
        priority=Priority(job.row.priority),
        is_repeat=job.row.is_repeat,
    )
    return after_attempt(sent, attempt, now_ms, random.uniform(-1, 1))


def _values(job: Job, attempt: Attempt, step: Next) -> dict[str, Any]:
    return {
        "state": step.state.value,
        "reason": step.reason,
        "due_ms": step.due_ms,
        "is_repeat": step.is_repeat or job.row.is_repeat,
        "attempts": job.row.attempts + 1,
        "failures": job.row.failures + (attempt.outcome in _FAILED),
        # Also that of a message which is gone (FORGOTTEN): it is the story's latest from here on.
        "reference": job.row.reference if attempt.reference is None else attempt.reference,
    }


def _note_channel(connection: Connection, job: Job, attempt: Attempt, now_ms: int) -> None:
    values: dict[str, Any] = {}
    if attempt.outcome is Outcome.SENT:
        values = {"last_ok_ms": now_ms, "state": _state_after_sent(connection, job.row)}
    elif attempt.outcome is not Outcome.WAIT and not attempt.is_channel_broken:
        values = {"last_failure": attempt.reason, "state": "failing"}
    if until_ms := blocked_until(attempt.retry_after_ms, now_ms):
        values["blocked_until_ms"] = until_ms
    if values:
        claims.note_channel(connection, _key(job), values)


def _state_after_sent(connection: Connection, row: DeliveryRow) -> str:
    """One address that takes mail says nothing of another that was refused the same."""
    return "failing" if row.target and claims.is_another_refused(connection, row) else "ok"


def _failed(job: Job, attempt: Attempt, revision: int) -> Notice:
    channel = job.target.row
    title, text = channel_failed(channel.name, job.target.channel.label, attempt.reason)
    return Notice(
        guild_id=channel.guild_id,
        kind=MessageKind.NOTIFICATION,
        event_type=EventType.CHANNEL_FAILED,
        priority=PRIORITY_OF[EventType.CHANNEL_FAILED],
        dedup_key=f"channel:{channel.id}:broken:{revision}",
        title=title,
        message=text,
        link="#alerts",
    )
