"""What many routes share in the OpenAPI document: ids, headers, ways to log in."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from apispec import APISpec
from marshmallow import Schema, fields, validate

from schemas.answers.common import ID
from schemas.events.fields import EventSchema
from schemas.fields import RuleKeyField, SnowflakeField, TimestampField

Json = dict[str, Any]
SNOWFLAKE = {"type": "string", "format": "snowflake", "pattern": ID, "examples": ["4242"]}
UUID = {"type": "string", "format": "uuid", "examples": ["5f0c2a52-6c0e-4a44-9d26-9ad3a2a3e6e1"]}
# More words than these are not listed: the names of all time zones would be most of the document.
MOST_CHOICES = 50

IN_ADDRESSES: dict[str, Json] = {
    "guild_id": SNOWFLAKE,
    "user_id": SNOWFLAKE,
    "violation_id": UUID,
    "token_id": UUID,
    "session_id": UUID,
    "notification_id": UUID,
    "channel_id": UUID,
    "schedule_id": UUID,
    "target_id": UUID,
    "sent_id": UUID,
    "alert_id": UUID,
    "incident_id": UUID,
    "delivery_id": UUID,
    "export_id": UUID,
    "change_id": UUID,
    "appeal_id": {
        "type": "string",
        "minLength": 1,
        "maxLength": 100,
        "pattern": "^[^/]+$",
        "examples": ["appeal-19"],
    },
}
REQUEST_HEADERS: dict[str, Json] = {
    "If-None-Match": {
        "description": "The `ETag` you have: 304 without a body while it is current.",
        "schema": {"type": "string", "examples": ['"42"']},
    },
    "If-Match": {
        "description": "The `version` that the change is meant for: 412 when it is not current.",
        "schema": {"type": "string", "examples": ['"3"']},
    },
    "Idempotency-Key": {
        "description": "Names this request for a day: sent again with the same body it is not done"
        " again, and the first answer comes again. Another body under one key is refused (422);"
        " while the first is being answered the second gets 409.",
        "schema": {"type": "string", "pattern": "^[!-~]{1,255}$", "examples": ["7f0e7a0a-1"]},
    },
    "Range": {
        "description": "One range of bytes: 206, or 416 where it lies outside; several: the whole.",
        "schema": {"type": "string", "examples": ["bytes=0-1023"]},
    },
    "If-Range": {
        "description": "The `ETag` that the range is of: another file is sent whole.",
        "schema": {"type": "string"},
    },
    "Content-Encoding": {
        "description": "Bodies may be compressed; the limit of 5 MiB counts what they unpack to.",
        "schema": {"type": "string", "enum": ["identity", "gzip"]},
    },
}
_WHOLE: Json = {"type": "integer", "minimum": 0}
ON_EVERY_ANSWER: dict[str, Json] = {
    "X-Request-Id": {
        "description": "Names this request in our log; a valid one of yours is kept.",
        "required": True,
        "schema": {"type": "string", "pattern": "^[A-Za-z0-9_.-]{1,100}$"},
    },
}
RATE_LIMITS: dict[str, Json] = {
    "RateLimit-Limit": {"description": "Requests in the window.", "schema": _WHOLE},
    "RateLimit-Remaining": {"description": "How many are left in it.", "schema": _WHOLE},
    "RateLimit-Reset": {"description": "Seconds until it begins anew.", "schema": _WHOLE},
}
RESPONSE_HEADERS: dict[str, Json] = {
    **ON_EVERY_ANSWER,
    **RATE_LIMITS,
    "ETag": {"description": "Names these very bytes.", "schema": {"type": "string"}},
    "Last-Modified": {"description": "When they last changed.", "schema": {"type": "string"}},
    "X-Chart-Text": {
        "description": "What the picture shows, in words.",
        "schema": {"type": "string"},
    },
    "X-Cache": {
        "description": "Where the answer came from.",
        "schema": {"type": "string", "enum": ["local", "redis", "snapshot", "computed"]},
    },
    "Retry-After": {"description": "Seconds to wait.", "schema": _WHOLE},
    "Location": {"description": "Where to go on.", "schema": {"type": "string"}},
    "Repr-Digest": {
        "description": "SHA-256 of the whole file (RFC 9530).",
        "schema": {"type": "string", "pattern": "^sha-256=:[A-Za-z0-9+/=]+:$"},
    },
    "Content-Disposition": {"description": "A file's name.", "schema": {"type": "string"}},
}
SECURITY: dict[str, Json] = {
    "cookie": {
        "type": "apiKey",
        "in": "cookie",
        "name": "modwatch_session",
        "description": "Set by the login; a write with it must come from our own page.",
    },
    "apiToken": {
        "type": "http",
        "scheme": "bearer",
        "bearerFormat": "mw_...",
        "description": "An API token: reads and writes as its role allows, in its servers.",
    },
    "botToken": {
        "type": "http",
        "scheme": "bearer",
        "bearerFormat": "mwb_...",
        "description": "A bot token: sends events, uses what is below `/api/v1/bot`.",
    },
    "metricsToken": {
        "type": "http",
        "scheme": "bearer",
        "description": "Only where MODWATCH_METRICS_TOKEN is set.",
    },
}


def add_components(spec: APISpec) -> None:
    for name, schema in IN_ADDRESSES.items():
        spec.components.parameter(name, "path", {"schema": schema})
    for name, header in REQUEST_HEADERS.items():
        spec.components.parameter(name, "header", {"name": name, **header})
    for name, header in RESPONSE_HEADERS.items():
        spec.components.header(name, header)
    for name, scheme in SECURITY.items():
        spec.components.security_scheme(name, scheme)


def schema_name(schema: Schema | type[Schema]) -> str:
    """`MetricsAnswer` is called Metrics, the schema of an event as its struct is."""
    kind = schema if isinstance(schema, type) else type(schema)
    if issubclass(kind, EventSchema):
        return kind.made.__name__
    return kind.__name__.removesuffix("Schema").removesuffix("Answer")


def field_properties() -> list[Callable[..., Json]]:
    """What apispec does not know of our fields."""
    return [_own_types, _few_choices]


def _own_types(_converter: Any, field: fields.Field[Any], ret: Json) -> Json:
    kind: str | list[str] = ["string", "null"] if field.allow_none else "string"
    if isinstance(field, SnowflakeField):
        return {"examples": ["815"], **ret, "type": kind, "format": "snowflake", "pattern": ID}
    if isinstance(field, RuleKeyField):
        key = "9b1f2a7c40d35e68"
        return {"examples": [key], **ret, "type": kind, "pattern": "^[0-9a-f]{16}$"}
    if isinstance(field, TimestampField):
        at = "2026-03-18T10:12:44.120Z"
        return {"examples": [at], **ret, "type": kind, "format": "date-time"}
    return {}


def _few_choices(_converter: Any, field: fields.Field[Any], ret: Json) -> Json:
    listed = [one for one in field.validators if isinstance(one, validate.OneOf)]
    if listed and len(list(listed[0].choices)) > MOST_CHOICES:
        del ret["enum"]
        return {"format": "timezone", "examples": ["Europe/Berlin"]}
    return {}
