"""`/ws` in the OpenAPI document: no route of HTTP, so it has a place of its own beside them."""

from __future__ import annotations

from typing import Any

from apispec import APISpec

from api.openapi.components import schema_name
from domain.live import Close
from schemas.events.live import LIVE_EVENTS

Json = dict[str, Any]
NAMES = {kind: schema_name(schema) for kind, schema in LIVE_EVENTS.items()}
PLACE = "x-websocket"
CODES = {
    Close.RESTARTING: "come back with backoff: 1 s, doubling to 60 s, with jitter",
    Close.NOT_LOGGED_IN: "log in",
    Close.NO_ROLE: "the role in a server is gone: drop that subscription",
    Close.TOO_SLOW: "too slow: come back with `since`",
    Close.TOO_MANY: "too many connections: wait",
}


def add_live_events(spec: APISpec) -> None:
    for kind, schema in LIVE_EVENTS.items():
        spec.components.schema(NAMES[kind], schema=schema)


def tell_live_events(document: Json) -> None:
    """Where the events come, and what ends it."""
    paths = {kind: f"#/components/schemas/{name}" for kind, name in NAMES.items()}
    document[PLACE] = {
        "path": "/ws",
        "events": {
            "oneOf": [{"$ref": path} for path in paths.values()],
            "discriminator": {"propertyName": "type", "mapping": paths},
        },
        "closeCodes": {str(int(code)): told for code, told in CODES.items()},
    }
