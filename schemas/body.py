"""What clients send to change things. Unknown fields are refused; on `/api/` they are ignored."""

from __future__ import annotations

from typing import Any
from zoneinfo import available_timezones

from marshmallow import RAISE, Schema, ValidationError, fields, pre_load, validate

from domain.clock import parse_rfc3339
from domain.roles import ROLES
from schemas.fields import NumberField, SnowflakeField, TextField


class Body(Schema):
    class Meta:
        unknown = RAISE


class RulesBody(Body):
    rules = TextField(
        required=True,
        validate=validate.Length(1, 20_000),
        metadata={"examples": ["1. Be kind.\n2. No advertising."]},
    )


class ConfigBody(Body):
    severity_threshold = NumberField(validate=validate.Range(0, 1))
    buffer_timeout_secs = fields.Integer(
        strict=True, validate=validate.Range(1, 3600), metadata={"examples": [30]}
    )
    buffer_threshold = fields.Integer(
        strict=True, validate=validate.Range(1, 1000), metadata={"examples": [10]}
    )
    mod_role_id = SnowflakeField(allow_none=True)
    timezone = TextField(validate=validate.OneOf(sorted(available_timezones())))


class RoleBody(Body):
    role = fields.String(required=True, validate=validate.OneOf(list(ROLES)))


class BulkClearBody(Body):
    """`before_date`: RFC 3339, or a plain date, which means its first moment in UTC."""

    before_date = fields.String(
        required=True,
        metadata={
            "examples": ["2026-01-27"],
            "anyOf": [{"format": "date"}, {"format": "date-time"}],
        },
    )

    @pre_load
    def take_older_name(self, data: Any, **_: Any) -> Any:
        if isinstance(data, dict) and "older_than" in data and "before_date" not in data:
            data = data | {"before_date": data["older_than"]}
            del data["older_than"]
        return data


class DecisionBody(Body):
    status = fields.String(required=True, validate=validate.OneOf(["approved", "denied"]))


class TokenBody(Body):
    name = TextField(
        required=True, validate=validate.Length(1, 100), metadata={"examples": ["nightly report"]}
    )
    kind = fields.String(load_default="api", validate=validate.OneOf(["api", "bot"]))
    role = fields.String(validate=validate.OneOf(list(ROLES)), allow_none=True, load_default=None)
    expires_days = fields.Integer(
        strict=True, validate=validate.Range(1, 3650), allow_none=True, load_default=None
    )


class SelectBody(Body):
    guild_id = SnowflakeField(required=True)


class DemoBody(Body):
    role = fields.String(required=True, validate=validate.OneOf(list(ROLES)))


def parse_date_or_time(text: str) -> int:
    """Epoch milliseconds of an RFC 3339 time or of a plain date. ValidationError otherwise."""
    try:
        return parse_rfc3339(text if "T" in text.upper() else f"{text}T00:00:00Z")
    except ValueError:
        message = "must be a date (2026-01-27) or an RFC 3339 time"
        raise ValidationError({"before_date": [message]}) from None
