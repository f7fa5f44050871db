"""The body of `POST /ingest` in the OpenAPI document: events of every type."""

from __future__ import annotations

from typing import Any

from apispec import APISpec

from api.openapi.components import schema_name
from schemas.events.body import MAXIMUM_EVENTS
from schemas.events.fields import SCHEMAS

Json = dict[str, Any]
NAMES = {kind: schema_name(schema) for kind, schema in SCHEMAS.items()}
# Of the examples; whoever reads the document gets the day before (api/openapi/page.py).
DAY = "2026-03-18"
EXAMPLE = {
    "type": "violation",
    "id": "5f0c2a52-6c0e-4a44-9d26-9ad3a2a3e6e1",
    "guild_id": "4242",
    "timestamp": f"{DAY}T10:12:44.120Z",
    "user_id": "815",
    "reason": "invite link",
    "rule": "No advertising",
    "severity": "medium",
    "detection_type": "automod",
    "action_taken": "Warning issued",
    "response_time_ms": 84,
}
OF_EVENTS = {
    "type": "object",
    "properties": {
        "events": {
            "type": "array",
            "maxItems": MAXIMUM_EVENTS,
            "items": {"$ref": "#/components/schemas/Event"},
        }
    },
    "required": ["events"],
    "additionalProperties": False,
}
EVENTS: Json = {
    "application/json": {"schema": OF_EVENTS, "example": {"events": [EXAMPLE]}},
    "application/x-ndjson": {
        "schema": {"type": "string", "description": "one event a line"},
        "example": '{"type": "messages", "id": "0b6c0d52-3f3c-4a0e-9d26-9ad3a2a3e6e1", '
        f'"guild_id": "4242", "timestamp": "{DAY}T10:12:44.120Z", "count": 214}}\n',
    },
}


def add_events(spec: APISpec) -> None:
    """Each event's schema under its own name, and `Event`, which is one of them."""
    for kind, schema in SCHEMAS.items():
        spec.components.schema(NAMES[kind], schema=schema)
    paths = {kind: f"#/components/schemas/{name}" for kind, name in NAMES.items()}
    discriminator = {"propertyName": "type", "mapping": paths}
    one_of = [{"$ref": path} for path in paths.values()]
    spec.components.schema("Event", {"oneOf": one_of, "discriminator": discriminator})


def tell_types(schemas: Json) -> None:
    """Each event's schema allows its own `type` alone."""
    for kind, name in NAMES.items():
        schemas[name]["properties"]["type"]["const"] = kind
