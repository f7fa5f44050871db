"""Taking deliveries to send, one per lane: each is decided once more before it is claimed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from uuid import UUID

from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from adapters.database import WRITE_REFUSED
from domain.alert_rules import EventType
from domain.decisions import (
    AlertView,
    ChannelView,
    Decision,
    Event,
    Reason,
    decide,
    decide_asked,
    decide_summary,
)
from domain.delivery_life import LEASE_MS, DeliveryState
from domain.messages import MessageKind, Priority
from models.alerts.store import alerts_by_id
from models.deliveries.claims import claim_deliveries, lock_channels
from models.deliveries.sendable import (
    ChannelKey,
    sendable,
    waiting_channels,
    waking_summaries,
)
from models.deliveries.store import DeliveryRow, change_delivery
from services.container import Parts
from services.deliveries.aside import Failed, put_guild_aside, put_rows_aside
from services.deliveries.compose import Job, compose, is_erased, schedules_of
from services.deliveries.shares import Shares, in_turn
from services.deliveries.summaries import summarise
from services.deliveries.views import (
    Situation,
    Target,
    alert_view,
    last_words,
    situation_of,
)

LOOKED_AT = 500
_SUMMARIES = frozenset((MessageKind.DIGEST, MessageKind.BUNDLED))
# What was decided as a whole: their parts were, or a person asked for it.
_DECIDED = _SUMMARIES | {MessageKind.TEST, MessageKind.REPORT}


def claim_due(
    parts: Parts, claim: UUID, most: int, in_hand: Mapping[int, int] | None = None
) -> list[Job]:
    """Claim up to `most` deliveries under `claim`; those that are not to be sent are settled.

    `in_hand`: how many of each guild are on their way, which count towards its share.
    """
    now_ms = parts.clock()
    with parts.database.read() as connection:
        keys = waiting_channels(connection, now_ms, 4 * most)
    if not keys:
        return []
    shares = partial(Shares, most, in_hand or {}, [guild_id for guild_id, _ in keys])
    try:
        return _claim_from(parts, in_turn(keys)[: 2 * most], claim, shares(), now_ms)
    except WRITE_REFUSED:
        raise
    except Exception:
        return _claim_guild_by_guild(parts, keys, claim, shares(), now_ms)


def _claim_guild_by_guild(
    parts: Parts, keys: Sequence[ChannelKey], claim: UUID, shares: Shares, now_ms: int
) -> list[Job]:
    """Who fails alone is put aside, and keeps nothing from the others."""
    jobs: list[Job] = []
    for guild_id in sorted({key[0] for key in keys}):
        mine = [key for key in keys if key[0] == guild_id]
        try:
            jobs += _claim_from(parts, mine, claim, shares, now_ms)
        except WRITE_REFUSED:
            raise
        except Exception as error:
            put_guild_aside(parts, guild_id, error)
    return jobs


def _claim_from(
    parts: Parts, keys: Sequence[ChannelKey], claim: UUID, shares: Shares, now_ms: int
) -> list[Job]:
    try:
        with parts.database.write() as connection:
            free = lock_channels(connection, keys, skip_locked=True)
            rows = sendable(connection, now_ms, LOOKED_AT, free) if free else []
            return _claim(parts, connection, rows, claim, shares, now_ms)
    except IntegrityError:
        return []  # another process was quicker on a lane: the next round sees what is left


def recompose(parts: Parts, row: DeliveryRow) -> Job | None:
    """A delivery on its way as a job once more; None when its channel or address is gone.

    Its attempt was counted when it began.
    """
    alert_ids = {row.alert_id} if row.alert_id is not None else set()
    with parts.database.read() as connection:
        situation = situation_of(connection, parts.secrets, [row.guild_id], alert_ids)
        target = situation.target(row.guild_id, row.channel_id, row.target)
        if target is None or is_erased(row, schedules_of(connection, [row])):
            return None
        begun = replace(row, attempts=row.attempts - 1)
        failed: list[Failed] = []
        jobs = compose(parts, connection, situation, [(begun, target)], parts.clock(), failed)
        if failed:
            raise failed[0][1]
        return next(iter(jobs), None)


def _claim(
    parts: Parts,
    connection: Connection,
    rows: Sequence[DeliveryRow],
    claim: UUID,
    shares: Shares,
    now_ms: int,
) -> list[Job]:
    guilds = {row.guild_id for row in rows}
    alert_ids = {row.alert_id for row in rows if row.alert_id is not None}
    alerts = alerts_by_id(connection, guilds, alert_ids) if alert_ids else {}
    situation = situation_of(connection, parts.secrets, guilds, alert_ids)
    taken: dict[str, tuple[DeliveryRow, Target]] = {}
    bundles: dict[tuple[UUID, str], list[DeliveryRow]] = defaultdict(list)
    schedules = schedules_of(connection, rows)
    waking = waking_summaries(connection, [row for row in rows if _is_new_summary(row)])
    failed: list[Failed] = []
    for row in rows:
        if is_erased(row, schedules):
            _give_up(connection, row, "erased", now_ms)
            continue
        goes_along = (row.channel_id, row.target) in bundles
        if row.lane in taken or (shares.is_used_up(row.guild_id) and not goes_along):
            continue
        target = situation.target(row.guild_id, row.channel_id, row.target)
        alert = alert_view(alerts.get(row.alert_id)) if row.alert_id else None
        view = situation.view(target, row.story, schedules.get(row.id)) if target else None
        try:
            is_gone = target is None or _is_too_late(row, target)
            known_view = None if is_gone else view
            decision = _decide(situation, row, known_view, alert, waking, now_ms)
        except Exception as error:
            failed.append((row, error))
            continue
        if decision.reason is Reason.BUNDLED:
            bundles[row.channel_id, row.target].append(row)
            if not goes_along:  # as many messages as they are, it is one to send
                shares.take(row.guild_id)
        elif decision.state is DeliveryState.QUEUED and target is not None:
            if not shares.is_used_up(row.guild_id):
                taken[row.lane] = (row, target)
                shares.take(row.guild_id)
        else:
            _settle(connection, row, decision, now_ms)
    for row, target in _bundled(connection, situation, bundles, now_ms):
        taken.setdefault(row.lane, (row, target))
    jobs = compose(parts, connection, situation, list(taken.values()), now_ms, failed)
    claim_deliveries(connection, [job.row for job in jobs], claim, now_ms + LEASE_MS)
    put_rows_aside(connection, failed, now_ms)
    known = {job.row.id for job in jobs} | {row.id for row, _ in failed}
    for row in (row for row, _ in taken.values() if row.id not in known):
        _give_up(connection, row, "unreadable", now_ms)
    return jobs


def _is_too_late(row: DeliveryRow, target: Target) -> bool:
    """Whether its channel was taken away, and this is none of its last words."""
    return target.row.leaving_ms is not None and row.kind not in last_words(target.channel)


def _decide(
    situation: Situation,
    row: DeliveryRow,
    view: ChannelView | None,
    alert: AlertView | None,
    waking: Collection[UUID],
    now_ms: int,
) -> Decision:
    if view is None:
        return Decision(DeliveryState.CANCELLED, Reason.CHANNEL_OFF)
    settings = situation.settings[row.guild_id]
    if row.id in waking:
        return decide_summary(Priority(row.priority), view, settings, now_ms)
    if row.state == DeliveryState.RETRYING or row.kind in _DECIDED:
        return decide_asked(view)
    event = Event(
        kind=MessageKind(row.kind),
        event_type=EventType(row.event_type),
        priority=Priority(row.priority),
        was_held=row.was_held,
    )
    return decide(event, alert, view, settings, now_ms)


def _is_new_summary(row: DeliveryRow) -> bool:
    """One that was put together earlier, and not tried yet: who was awake then may sleep."""
    return row.kind in _SUMMARIES and row.state == DeliveryState.QUEUED


def _give_up(connection: Connection, row: DeliveryRow, reason: str, now_ms: int) -> None:
    cancelled = DeliveryState.CANCELLED.value
    change_delivery(connection, row, now_ms, state=cancelled, reason=reason, due_ms=None)


def _settle(connection: Connection, row: DeliveryRow, decision: Decision, now_ms: int) -> None:
    is_held = decision.state is DeliveryState.HELD
    # A summary only waits: held, it would go into another one.
    stays = is_held and row.kind in _SUMMARIES
    change_delivery(
        connection,
        row,
        now_ms,
        state=row.state if stays else decision.state.value,
        reason=decision.reason.value,
        due_ms=decision.due_ms,
        was_held=row.was_held or is_held,
    )


def _bundled(
    connection: Connection,
    situation: Situation,
    bundles: dict[tuple[UUID, str], list[DeliveryRow]],
    now_ms: int,
) -> Iterable[tuple[DeliveryRow, Target]]:
    for (channel_id, address), rows in bundles.items():
        target = situation.target(rows[0].guild_id, channel_id, address)
        assert target is not None
        if len(rows) == 1:  # the others wait for something of their own
            yield rows[0], target
            continue
        kind = MessageKind.BUNDLED
        yield summarise(connection, rows, target, kind, kind.value, now_ms), target
