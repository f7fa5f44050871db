"""Answers about alerts, their trails, and what was sent of them."""

from __future__ import annotations

from marshmallow import fields

from domain.alert_rules import ALERTS, EventType
from domain.alert_states import (
    State,
)
from domain.delivery_life import DeliveryState
from domain.messages import MessageKind, Priority
from schemas.answers.common import (
    Answer,
    count,
    cursor,
    flag,
    many,
    moment,
    one_of,
    username,
    uuid,
    whole,
)
from schemas.answers.common import (
    text as words,
)

AT = "2026-03-18T10:12:44.120Z"
ALERT = "3f1d7f0e-7a0a-4f0f-a1a5-4f0c7f9d2b11"
INCIDENT = "7c1d5a0e-3c0b-4a53-9a55-0d2f6f1b8e44"
CHANNEL = "0d9a3b62-55d7-4a39-8f5e-0b4f8a7c1e22"
DELIVERY = "b1a5f2f4-1d75-4a0e-9d1c-6b1f0c2d3e33"
PRIORITIES = tuple(priority.value for priority in Priority)
EVENT_TYPES = tuple(name.value for name in EventType)
STATES = tuple(state.value for state in DeliveryState)


class AlertAnswer(Answer):
    """One episode. `closed_by` and `acknowledged_by` are a person's id, or a token's."""

    id = uuid(ALERT)
    event_type = one_of(tuple(name.value for name in ALERTS), "mass_violations")
    state = one_of(tuple(state.value for state in State), "firing")
    priority = one_of(PRIORITIES, "critical")
    title = words("14 violations within moments")
    text = words("10 or more came so close together that it looks like a raid.")
    value = fields.Float(allow_none=True, metadata={"examples": [14]})
    threshold = fields.Float(allow_none=True, metadata={"examples": [10]})
    opened_at = moment(AT)
    closed_at = moment(None, null=True)
    closed_reason = words(None, null=True)
    closed_by = words(None, null=True)
    closed_by_username = username()
    acknowledged_at = moment(None, null=True)
    acknowledged_by = words("815", null=True)
    acknowledged_by_username = username()
    snoozed_until = moment(None, null=True)
    reminders = count(0)
    next_reminder_at = moment(AT, null=True)
    incident_id = uuid(
        INCIDENT, null=True, description="of `mass_violations`: the incident it is about"
    )
    incident_violation_count = whole(
        38,
        0,
        2**53,
        null=True,
        description="of that incident by now; `value` is of when it was told",
    )
    revision = count(1, description="send it with a change; a stale one is a 409")


class AlertsAnswer(Answer):
    alerts = many(AlertAnswer, description="latest first")


class TrailEntryAnswer(Answer):
    """`kind` says what happened, `text` in words; `details` differ by kind."""

    at = moment(AT)
    kind = words("opened")
    reason = words("condition_changed")
    text = words("The alert opened.")
    channel_id = words(None, null=True)
    channel_name = words(None, null=True)
    delivery_id = words(None, null=True)
    by = words(None, null=True, description="a person's id, or a token's")
    by_username = username()
    details = fields.Dict(metadata={"examples": [{"value": 14, "threshold": 10}]})


class TrailAnswer(Answer):
    trail = many(TrailEntryAnswer, description="oldest first; the latest 500 at most")
    left_out = count(0, description="how many there are before these")


class DeliveryChannelAnswer(Answer):
    """`name` is null when the channel was removed since."""

    id = uuid(CHANNEL)
    kind = words("slack")
    name = words("Moderators", null=True)


class AttemptAnswer(Answer):
    """`answer`: the provider's own words, at most 500 characters, without secrets."""

    begun_at = moment(AT)
    ended_at = moment(AT, null=True)
    outcome = words("sent", null=True)
    reason = words("sent", null=True)
    http_status = fields.Integer(allow_none=True, metadata={"examples": [200]})
    answer = words("ok", null=True)


class DeliveryAnswer(Answer):
    id = uuid(DELIVERY)
    kind = one_of(tuple(kind.value for kind in MessageKind), "firing")
    event_type = one_of((*EVENT_TYPES, "report"), "mass_violations")
    priority = one_of(PRIORITIES, "critical")
    title = words("14 violations within moments")
    notification_id = words(None, null=True)
    alert_id = words(ALERT, null=True)
    channel = fields.Nested(DeliveryChannelAnswer)
    target = words(None, null=True, description="a mail address, masked for all but admins")
    status = one_of(STATES, "sent")
    reason = words("sent")
    text = words("The provider took it.")
    due_at = moment(None, null=True)
    attempts = count(1)
    may_be_repeat = flag(False)
    created_at = moment(AT)
    updated_at = moment(AT)
    last_attempt = fields.Nested(AttemptAnswer, allow_none=True)


class DeliveriesAnswer(Answer):
    deliveries = many(DeliveryAnswer, description="latest first")
    next_cursor = cursor()


class DecisionAnswer(Answer):
    channel = fields.Nested(DeliveryChannelAnswer)
    target = words(None, null=True, description="a mail address, masked for all but admins")
    decision = one_of(STATES, "held")
    reason = words("quiet_hours")
    text = words("It is in quiet hours.")
    until = moment(AT, null=True)
    attempts = count(0)


class DecisionsAnswer(Answer):
    decisions = many(DecisionAnswer, description="one per channel and address, sent or not")


class ExplanationAnswer(DecisionsAnswer):
    at = moment(AT)
    event_type = one_of(EVENT_TYPES, "mass_violations")
    priority = one_of(PRIORITIES, "critical")
