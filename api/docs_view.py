"""The OpenAPI document as the docs page shows it: sections, routes, fields, a curl line each."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from api.docs_words import bounds, curl_lines, pretty, told_of

Json = dict[str, Any]
NEEDS = {
    "public": "anybody",
    "logged_in": "anybody logged in",
    "bot": "a bot token",
}


@dataclass(frozen=True, slots=True)
class Field:
    """One line of a table: `depth` is how far inside an object it is."""

    name: str
    depth: int
    kind: str
    told: str


@dataclass(frozen=True, slots=True)
class Answer:
    status: str
    told: str
    is_error: bool


@dataclass(frozen=True, slots=True)
class Operation:
    id: str
    method: str
    path: str
    summary: str
    told: str
    needs: str
    curl: str
    parameters: list[Field]
    takes: list[Field]
    gives: list[Field]
    gives_example: str
    answers: list[Answer]


@dataclass(frozen=True, slots=True)
class Section:
    name: str
    title: str
    told: str
    operations: list[Operation] = field(default_factory=list)


def sections_of(document: Json) -> list[Section]:
    """The routes by noun, in the order of the document."""
    reader = _Reader(document)
    found = {
        tag["name"]: Section(tag["name"], _title(tag["name"]), tag.get("description", ""))
        for tag in document["tags"]
    }
    for path, item in document["paths"].items():
        for method, operation in item.items():
            if method != "parameters":
                shared = item.get("parameters", [])
                of_tag = found[operation["tags"][0]]
                of_tag.operations.append(reader.operation(path, method, operation, shared))
    return [section for section in found.values() if section.operations]


def _title(name: str) -> str:
    return name.replace("_", " ").capitalize()


class _Reader:
    def __init__(self, document: Json) -> None:
        self._document = document

    def operation(self, path: str, method: str, operation: Json, shared: list[Json]) -> Operation:
        parameters = [self._found(one) for one in [*shared, *operation.get("parameters", [])]]
        body = self._body(operation.get("requestBody", {}))
        responses = {code: self._found(one) for code, one in operation["responses"].items()}
        best = self._body(next((one for code, one in responses.items() if code < "3"), {}))
        return Operation(
            id=operation["operationId"],
            method=method.upper(),
            path=path,
            summary=operation.get("summary", ""),
            told=operation.get("description", ""),
            needs=NEEDS.get(operation["x-access"], ""),
            curl=curl_lines(path, method, operation, parameters, body),
            parameters=[self._parameter(one) for one in parameters],
            takes=list(self._fields(body.get("schema", {}), asked=True)),
            gives=list(self._fields(best.get("schema", {}))),
            gives_example=pretty(best.get("example")),
            answers=[
                Answer(code, one["description"], code >= "4")
                for code, one in sorted(responses.items())
            ],
        )

    def _found(self, value: Json) -> Json:
        """What a reference refers to, else the value."""
        while "$ref" in value:
            _, _, kind, name = value["$ref"].split("/")
            value = self._document["components"][kind][name]
        return value

    def _body(self, holder: Json) -> Json:
        content: Json = holder.get("content", {})
        return next(iter(content.values()), {})

    def _parameter(self, parameter: Json) -> Field:
        place = {"path": "in the address", "query": "query", "header": "header"}[parameter["in"]]
        kind = f"{place}, {self._kind(parameter['schema'])}"
        told = parameter.get("description", "") or told_of(parameter["schema"])
        return Field(parameter["name"], 0, kind, told)

    def _fields(self, schema: Json, depth: int = 0, *, asked: bool = False) -> Iterator[Field]:
        """The fields of an object and of those inside; `asked` tells which must be sent."""
        schema = self._inner(schema)
        required = schema.get("required", ()) if asked else ()
        for name, one in schema.get("properties", {}).items():
            kind = self._kind(one) + (", required" if name in required else "")
            yield Field(name, depth, kind, told_of(one))
            yield from self._fields(one, depth + 1, asked=asked)
        for name, path in schema.get("discriminator", {}).get("mapping", {}).items():
            yield Field(name, depth, "event", "")
            yield from self._fields({"$ref": path}, depth + 1, asked=asked)

    def _inner(self, schema: Json) -> Json:
        """The object within: of a list its items, of what may be null the other."""
        schema = self._found(schema)
        if "items" in schema:
            return self._inner(schema["items"])
        if "anyOf" in schema:
            return self._inner(schema["anyOf"][0])
        return schema

    def _kind(self, schema: Json) -> str:
        if "anyOf" in schema:
            return f"{self._kind(schema['anyOf'][0])} or null"
        schema = self._found(schema)
        if "const" in schema:
            return json.dumps(schema["const"])
        if "enum" in schema:
            return " | ".join("null" if one is None else str(one) for one in schema["enum"])
        if "items" in schema:
            return f"list of {self._kind(schema['items'])}"
        if "oneOf" in schema:
            return "event"
        kinds = schema.get("type", "anything")
        kinds = kinds if isinstance(kinds, list) else [kinds]
        first = schema.get("format") or kinds[0]
        return " or ".join([first, *kinds[1:]]) + bounds(schema)
