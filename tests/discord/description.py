"""Discord's own description of its HTTP API, as far as Modwatch uses it."""

import json
from functools import cache
from pathlib import Path
from typing import Any

FILE = Path(__file__).parent / "openapi-subset.json"
Schema = dict[str, Any]


@cache
def description() -> Schema:
    content: Schema = json.loads(FILE.read_bytes())
    return content


def component(name: str) -> Schema:
    found: Schema = description()["components"]["schemas"][name]
    return found


def resolved(schema: Schema) -> Schema:
    """`schema` with its reference followed; nullable references lose their `null` alternative."""
    alternatives = [each for each in schema.get("oneOf", ()) if each != {"type": "null"}]
    if len(alternatives) == 1:
        schema = alternatives[0]
    if "$ref" in schema:
        return component(schema["$ref"].rpartition("/")[2])
    return schema


def is_nullable(schema: Schema) -> bool:
    return {"type": "null"} in schema.get("oneOf", ()) or "null" in _types(schema)


def type_of(schema: Schema) -> str | None:
    """The one JSON type besides null, or None where the description leaves it open."""
    types = [each for each in _types(schema) if each != "null"]
    return types[0] if len(types) == 1 else None


def _types(schema: Schema) -> list[str]:
    given = schema.get("type", [])
    return [given] if isinstance(given, str) else given
