"""Examples of whole bodies, made from the examples of their fields."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

Json = dict[str, Any]
OF_TYPES = {
    "integer": 1,
    "number": 0.5,
    "boolean": False,
    "string": "text",
    "object": {},
    "array": [],
    "null": None,
}


def add_examples(document: Json) -> None:
    """Give every JSON body of the document an `example`."""
    schemas = document["components"]["schemas"]
    for media in _bodies(document):
        if "example" not in media and media["schema"] != {"type": "string"}:
            media["example"] = example_of(media["schema"], schemas)


def example_of(schema: Json, schemas: Json) -> Any:
    """A value that the schema describes; `schemas` are those that others refer to."""
    if "$ref" in schema:
        return example_of(schemas[schema["$ref"].rpartition("/")[2]], schemas)
    for keyword in ("examples", "enum"):
        if keyword in schema:
            return schema[keyword][0]
    for keyword in ("oneOf", "anyOf"):
        if keyword in schema:
            return example_of(schema[keyword][0], schemas)
    if "items" in schema:
        return [example_of(schema["items"], schemas)]
    if "properties" in schema:
        return {name: example_of(one, schemas) for name, one in schema["properties"].items()}
    if "minimum" in schema:
        return schema["minimum"]
    kind = schema.get("type", "null")
    return OF_TYPES.get(kind if isinstance(kind, str) else kind[0])


def _bodies(document: Json) -> Iterator[Json]:
    responses = list(document["components"]["responses"].values())
    for path in document["paths"].values():
        for operation in path.values():
            if isinstance(operation, dict):
                responses += [operation.get("requestBody", {}), *operation["responses"].values()]
    for response in responses:
        yield from response.get("content", {}).values()
