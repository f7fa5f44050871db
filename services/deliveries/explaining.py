"""What was decided for a notification on each channel, and what would be for an event."""

from __future__ import annotations

from dataclasses import dataclass, replace
from uuid import UUID

from adapters.database import Database
from domain.alert_rules import ALERTS, PRIORITY_OF, EventType
from domain.clock import rfc3339
from domain.decisions import AlertView, Event, Reason, decide
from domain.delivery_life import DeliveryState
from domain.messages import MessageKind, Priority
from domain.reason_words import reason_text
from domain.roles import Authenticated, Viewer
from models.alerts.store import states_of
from models.deliveries.shown import deliveries_of_notification
from models.notifications.inbox import notifications_by_id
from services.alerts.groups import group_until
from services.audit.change import actor_of
from services.container import Parts
from services.deliveries.shown import ShownChannel, address_for, channel_names, shown_channel
from services.deliveries.views import Mailed, Target, situation_of


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownDecision:
    """`decision` is the state of the delivery; `until`: when what waits is decided again."""

    channel: ShownChannel
    target: str | None
    decision: str
    reason: str
    text: str
    until: str | None
    attempts: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Decisions:
    decisions: list[ShownDecision]


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    at: str
    event_type: str
    priority: str
    decisions: list[ShownDecision]


def decisions_page(
    database: Database, who: Authenticated[Viewer], notification_id: UUID
) -> Decisions | None:
    """What became of a notification on each channel, those included that did not get it."""
    with database.read() as connection:
        if not notifications_by_id(connection, [who.guild_id], [notification_id]):
            return None
        rows = deliveries_of_notification(connection, who.guild_id, notification_id)
        names = channel_names(connection, who.guild_id)
    return Decisions(
        decisions=[
            _decision(
                channel=shown_channel(row.channel_id, row.channel_kind, names),
                target=address_for(who, row.target),
                state=row.state,
                reason=row.reason,
                until_ms=row.due_ms,
                attempts=row.attempts,
            )
            for row in rows
        ]
    )


def explain(
    parts: Parts,
    who: Authenticated[Viewer],
    event_type: EventType,
    priority: Priority | None,
    at_ms: int | None,
) -> Explanation:
    """What would be decided if this happened now, or at another time. Nothing is sent."""
    when_ms = at_ms if at_ms is not None else parts.clock()
    is_alert = event_type in ALERTS
    event_priority = priority or PRIORITY_OF.get(event_type, Priority.HIGH)
    with parts.database.read() as connection:
        situation = situation_of(connection, parts.secrets, [who.guild_id], [])
        state = states_of(connection, [who.guild_id]).get((who.guild_id, event_type.value))
    event = Event(
        kind=MessageKind.FIRING if is_alert else MessageKind.NOTIFICATION,
        event_type=event_type,
        priority=event_priority,
        group_until_ms=None if is_alert else group_until(state, actor_of(who)),
    )
    alert = AlertView(is_open=True, opened_ms=when_ms) if is_alert else None
    settings = situation.settings[who.guild_id]
    mailed = Mailed()
    decisions = []
    for target in situation.targets(who.guild_id):
        view = replace(situation.view(target, ""), is_duplicate=mailed.has(target))
        decision = decide(event, alert, view, settings, when_ms)
        mailed.note(target, decision)
        decisions.append(
            _decision(
                channel=_of_target(target),
                target=address_for(who, target.address),
                state=decision.state.value,
                reason=decision.reason.value,
                until_ms=decision.due_ms,
                attempts=0,
            )
        )
    return Explanation(
        at=rfc3339(when_ms),
        event_type=event_type.value,
        priority=event_priority.value,
        decisions=decisions,
    )


def _decision(
    *,
    channel: ShownChannel,
    target: str | None,
    state: str,
    reason: str,
    until_ms: int | None,
    attempts: int,
) -> ShownDecision:
    # Its row is queued, so that its story goes on in order: who asks is told that it waits.
    is_paused = (state, reason) == (DeliveryState.QUEUED, Reason.PROVIDER_ASKED_TO_WAIT)
    return ShownDecision(
        channel=channel,
        target=target,
        decision=DeliveryState.HELD.value if is_paused else state,
        reason=reason,
        text=reason_text(reason),
        # Only what waits for something has an end to wait for: what is queued goes at once.
        until=None if until_ms is None or reason == Reason.SEND else rfc3339(until_ms),
        attempts=attempts,
    )


def _of_target(target: Target) -> ShownChannel:
    return ShownChannel(id=str(target.row.id), kind=target.row.kind, name=target.row.name)
