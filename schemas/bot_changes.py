"""What bots send about decisions that they carry out, and what people ask about these."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from domain.bot_changes import OUTCOMES
from schemas.body import Body
from schemas.fields import TextField


class BotChangesQuery(Schema):
    since = fields.String(
        validate=validate.Length(1, 200), metadata={"description": "`next` of an earlier answer"}
    )
    limit = fields.Integer(load_default=100, validate=validate.Range(1, 200))


class ShownBotChangesQuery(Schema):
    subject = TextField(
        validate=validate.Length(1, 200),
        metadata={"description": "of this subject alone, such as `appeal:17`"},
    )
    limit = fields.Integer(load_default=50, validate=validate.Range(1, 200))
    cursor = fields.String(validate=validate.Length(max=200))


class OutcomeBody(Body):
    outcome = fields.String(
        required=True, validate=validate.OneOf([outcome.value for outcome in OUTCOMES])
    )
    detail = TextField(
        validate=validate.Length(1, 300),
        metadata={"description": "in words for people", "examples": ["the timeout was lifted"]},
    )
