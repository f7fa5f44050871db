"""What clients send about alerts and deliveries."""

from __future__ import annotations

from marshmallow import EXCLUDE, Schema, fields, validate

from domain.alert_rules import EventType
from domain.alert_states import (
    State,
)
from domain.delivery_life import DeliveryState
from domain.messages import Priority
from schemas.body import Body
from schemas.fields import TimestampField
from schemas.query import PageQuery

ALERT_STATES = ("open", *(state.value for state in State))


class AlertQuery(Schema):
    class Meta:
        unknown = EXCLUDE

    state = fields.String(validate=validate.OneOf(ALERT_STATES))
    limit = fields.Integer(load_default=50, validate=validate.Range(1, 200))


class AlertBody(Body):
    """`revision`: the one the caller saw; another is a 409. Without it the present one counts."""

    revision = fields.Integer(
        strict=True, validate=validate.Range(1, 2**53), metadata={"examples": [1]}
    )


class SnoozeBody(AlertBody):
    until = TimestampField(required=True, metadata={"description": "at most 24 hours ahead"})


class TellBody(Body):
    channel_id = fields.UUID(
        required=True,
        metadata={
            "description": "a channel that was made after the alert opened",
            "examples": ["0d9a3b62-55d7-4a39-8f5e-0b4f8a7c1e22"],
        },
    )


class DeliveryQuery(PageQuery):
    status = fields.String(validate=validate.OneOf([state.value for state in DeliveryState]))


class RetryBody(Body):
    may_repeat = fields.Boolean(
        load_default=False,
        metadata={"description": "needed for what may have arrived: a second one is fine"},
    )


class ExplainQuery(Schema):
    class Meta:
        unknown = EXCLUDE

    event = fields.String(
        load_default=EventType.MASS_VIOLATIONS.value,
        validate=validate.OneOf([name.value for name in EventType]),
    )
    priority = fields.String(validate=validate.OneOf([name.value for name in Priority]))
    at = TimestampField()
