"""Shapes around notifications."""

from __future__ import annotations

from zoneinfo import available_timezones

from marshmallow import (
    EXCLUDE,
    RAISE,
    Schema,
    ValidationError,
    fields,
    validate,
    validates_schema,
)

from domain.alert_rules import EventType
from schemas.body import Body
from schemas.fields import TextField, TimestampField

EVENT_TYPES = tuple(name.value for name in EventType)
_TIME_OF_DAY = validate.Regexp(r"^([01]\d|2[0-3]):[0-5]\d$")
_WEBHOOK = (
    validate.Length(max=2000),
    validate.Regexp(r"^(https://|\*{8})", error="must be an https address"),
)


class NotificationQuery(Schema):
    class Meta:
        unknown = EXCLUDE

    limit = fields.Integer(load_default=50, validate=validate.Range(1, 200))
    unread = fields.Boolean(load_default=False)


class ThresholdsBody(Schema):
    class Meta:
        unknown = RAISE

    health_score = fields.Integer(strict=True, validate=validate.Range(0, 100))
    mass_violations_count = fields.Integer(strict=True, validate=validate.Range(2, 10_000))
    mass_violations_window_s = fields.Integer(strict=True, validate=validate.Range(10, 3600))
    bot_offline_s = fields.Integer(strict=True, validate=validate.Range(60, 86_400))
    rate_limit_pct = fields.Integer(strict=True, validate=validate.Range(1, 100))


class QuietHoursBody(Schema):
    """`start` and `end` are HH:MM in `timezone`; a start after the end spans midnight."""

    class Meta:
        unknown = RAISE

    start = fields.String(required=True, validate=_TIME_OF_DAY, metadata={"examples": ["22:00"]})
    end = fields.String(required=True, validate=_TIME_OF_DAY, metadata={"examples": ["07:00"]})
    timezone = TextField(
        required=True,
        validate=validate.OneOf(sorted(available_timezones())),
        metadata={"examples": ["Europe/Berlin"]},
    )

    @validates_schema(skip_on_field_errors=True)
    def _check(self, data: dict[str, str], **_: object) -> None:
        if data["start"] == data["end"]:
            raise ValidationError("must not be the same as the start", "end")


class PreferencesBody(Body):
    guild_id = fields.Raw(
        load_only=True,
        metadata={"description": "ignored: the address decides", "examples": ["4242"]},
    )
    discord_webhook_url = TextField(
        allow_none=True,
        validate=_WEBHOOK,
        metadata={"examples": ["https://discord.com/api/webhooks/1300/secret"]},
    )
    slack_webhook_url = TextField(
        allow_none=True,
        validate=_WEBHOOK,
        metadata={"examples": ["https://hooks.slack.com/services/T0/B0/secret"]},
    )
    email_addresses = fields.List(
        fields.Email(metadata={"examples": ["mods@example.org"]}), validate=validate.Length(max=50)
    )
    notification_threshold = fields.String(
        validate=validate.OneOf(["low", "medium", "high", "critical"])
    )
    enabled_events = fields.List(
        fields.String(validate=validate.OneOf(EVENT_TYPES)), validate=validate.Length(max=50)
    )
    muted_until = TimestampField(allow_none=True)
    thresholds = fields.Nested(ThresholdsBody)
    quiet_hours = fields.Nested(QuietHoursBody, allow_none=True)
