"""The JSON shape of every event, for error messages and for the OpenAPI document."""

from __future__ import annotations

from typing import Any, Literal

from marshmallow import EXCLUDE, RAISE, Schema, ValidationError, fields, post_load, validate

from schemas.events import structs as events
from schemas.events.descriptions import description
from schemas.fields import FlagField, SnowflakeField, TextField, TimestampField, UuidField

Unknown = Literal["exclude", "raise"]


def _whole(lowest: int, highest: int, **options: Any) -> fields.Integer:
    return fields.Integer(strict=True, validate=validate.Range(lowest, highest), **options)


def _text(highest: int, lowest: int = 0, **options: Any) -> TextField:
    return TextField(validate=validate.Length(lowest, highest), **options)


class EventSchema(Schema):
    class Meta:
        unknown = RAISE

    made: type[events.Event] = events.Event
    kind = ""
    type = fields.String(required=True)
    id = UuidField(required=True)
    guild_id = SnowflakeField(required=True)
    timestamp = TimestampField(required=True)

    def on_bind_field(self, field_name: str, field_obj: fields.Field[Any]) -> None:
        # What may be unknown out here may be so inside, which marshmallow does not pass on.
        if isinstance(field_obj, fields.Nested):
            field_obj.unknown = self.unknown
        words = description(self.kind, field_name)
        field_obj.metadata = {**field_obj.metadata, "description": words}

    @post_load
    def make(self, data: dict[str, Any], **_: Any) -> events.Event:
        return self.made(**{name: value for name, value in data.items() if name != "type"})


class ViolationSchema(EventSchema):
    made: type[events.Event] = events.ViolationEvent
    kind = "violation"
    user_id = SnowflakeField(required=True)
    reason = _text(1000, lowest=1, required=True)
    severity = fields.String(required=True, validate=validate.OneOf(["low", "medium", "high"]))
    detection_type = fields.String(
        required=True, validate=validate.OneOf(["regex", "ai", "automod", "manual", "raid"])
    )
    action_taken = _text(100, required=True)
    rule = _text(100, allow_none=True)
    message_id = SnowflakeField(allow_none=True)
    channel_id = SnowflakeField(allow_none=True)
    channel_name = _text(100, lowest=1, allow_none=True)
    moderator_id = SnowflakeField(allow_none=True)
    response_time_ms = _whole(0, events.HIGHEST_RESPONSE_TIME_MS, allow_none=True)
    content_hash = _text(128, allow_none=True)


class MessagesSchema(EventSchema):
    made: type[events.Event] = events.MessagesEvent
    kind = "messages"
    count = _whole(1, 1_000_000, required=True)
    response_time_ms_sum = _whole(0, events.HIGHEST_SUM, allow_none=True)
    response_time_count = _whole(0, 1_000_000, allow_none=True)


class RateLimitSchema(Schema):
    class Meta:
        unknown = RAISE

    limit = _whole(1, 1_000_000, required=True)
    remaining = _whole(0, 1_000_000, required=True)
    reset_after_ms = _whole(0, 86_400_000, allow_none=True)

    def on_bind_field(self, field_name: str, field_obj: fields.Field[Any]) -> None:
        words = description("rate_limit", field_name)
        field_obj.metadata = {**field_obj.metadata, "description": words}

    @post_load
    def make(self, data: dict[str, Any], **_: Any) -> events.RateLimit:
        return events.RateLimit(**data)


class HeartbeatSchema(EventSchema):
    made: type[events.Event] = events.HeartbeatEvent
    kind = "heartbeat"
    latency_ms = _whole(0, events.HIGHEST_RESPONSE_TIME_MS, allow_none=True)
    shard_id = _whole(0, 100_000, allow_none=True)
    rate_limit = fields.Nested(RateLimitSchema, allow_none=True)


class WarningSchema(EventSchema):
    made: type[events.Event] = events.WarningEvent
    kind = "warning"
    user_id = SnowflakeField(required=True)
    level = _whole(0, 5, required=True)
    kicked_before = FlagField(allow_none=True)


class AppealSchema(EventSchema):
    made: type[events.Event] = events.AppealEvent
    kind = "appeal"
    appeal_id = _text(100, lowest=1, required=True)
    violation_id = UuidField(required=True)
    status = fields.String(
        required=True, validate=validate.OneOf(["pending", "approved", "denied"])
    )
    resolved_by = SnowflakeField(allow_none=True)
    text = _text(1000, lowest=1, allow_none=True)


class GuildSchema(EventSchema):
    made: type[events.Event] = events.GuildEvent
    kind = "guild"
    name = _text(100, allow_none=True)
    icon = _text(100, allow_none=True)
    owner_id = SnowflakeField(allow_none=True)
    member_count = _whole(0, 1_000_000_000, allow_none=True)


class UserSchema(EventSchema):
    made: type[events.Event] = events.UserEvent
    kind = "user"
    user_id = SnowflakeField(required=True)
    username = _text(100, lowest=1, required=True)
    avatar = _text(100, allow_none=True)
    discriminator = _text(10, allow_none=True)


_CLASSES: dict[str, type[EventSchema]] = {
    "violation": ViolationSchema,
    "messages": MessagesSchema,
    "heartbeat": HeartbeatSchema,
    "warning": WarningSchema,
    "appeal": AppealSchema,
    "guild": GuildSchema,
    "user": UserSchema,
}
SCHEMAS = {kind: made() for kind, made in _CLASSES.items()}
_OPEN_SCHEMAS = {kind: made(unknown=EXCLUDE) for kind, made in _CLASSES.items()}


def load_event(value: object, *, unknown: Unknown = RAISE) -> events.Event:
    """The event a JSON value describes. ValidationError with messages by field otherwise."""
    if not isinstance(value, dict):
        raise ValidationError({"event": ["must be a JSON object"]})
    kind = value.get("type")
    schemas = SCHEMAS if unknown == RAISE else _OPEN_SCHEMAS
    schema = schemas.get(kind) if isinstance(kind, str) else None
    if schema is None:
        raise ValidationError({"type": [f"must be one of {', '.join(SCHEMAS)}"]})
    made: events.Event = schema.load(value)
    return made
