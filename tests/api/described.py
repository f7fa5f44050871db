"""Holds answers against the OpenAPI document; stricter than it: no field that it does not name."""

from __future__ import annotations

import copy
import json
import re
from functools import cache
from typing import Any

import jsonschema_rs
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

JsonObject = dict[str, Any]
# What is shown once, and not masked: no browser keeps an answer with it.
_SECRET = re.compile(rb'"(?:signing_secret|token|ticket)":"[^*]')


def described_by(client: FlaskClient) -> Described:
    """The document that the application serves; the same is read only once by a test process."""
    answer = client.get("/api/v1/openapi.json")
    assert answer.status_code == 200
    return _described(answer.data)


class Described:
    """The document, as something to check answers with."""

    def __init__(self, document: JsonObject) -> None:
        self.document = document
        self._components = _strict(document["components"])
        self._validator = cache(self._make_validator)
        # A literal path goes before one with parameters.
        templates = sorted(document["paths"], key=lambda each: each.count("{"))
        self._paths = [(re.compile(re.sub(r"\{\w+\}", "[^/]+", one)), one) for one in templates]

    def operations(self) -> dict[tuple[str, str], JsonObject]:
        """Every operation by its method, in capitals, and path."""
        return {
            (method.upper(), path): operation
            for path, item in self.document["paths"].items()
            for method, operation in item.items()
            if method != "parameters"
        }

    def check(self, answer: TestResponse) -> None:
        """Raise AssertionError or jsonschema_rs.ValidationError for what the document denies."""
        path = re.sub(r"^/api/(?!v1/)", "/api/v1/", answer.request.path)
        method = answer.request.method
        operation = self._operation(method, path)
        assert operation is not None, f"{method} {path} is not in the document"
        where = f"{method} {path} {answer.status_code} {answer.data[:300]!r}"
        assert str(answer.status_code) in operation["responses"], where
        described = self.found(operation["responses"][str(answer.status_code)])
        self._check_headers(described, answer, where)
        if _SECRET.search(answer.data) and not path.endswith("/openapi.json"):
            assert answer.headers["Cache-Control"] == "no-store", where
        if content := described.get("content"):
            assert answer.mimetype in content, where
            schema = content[answer.mimetype]["schema"]
            value = answer.json if "json" in str(answer.mimetype) else _text(answer)
            self.validate(schema, value)

    def validate(self, schema: JsonObject, value: Any) -> None:
        self._validator(json.dumps(schema)).validate(value)

    def found(self, value: JsonObject) -> JsonObject:
        """What a reference refers to, else the value."""
        while "$ref" in value:
            _, _, kind, name = value["$ref"].split("/")
            value = self.document["components"][kind][name]
        return value

    def _operation(self, method: str, path: str) -> JsonObject | None:
        for pattern, template in self._paths:
            if pattern.fullmatch(path):
                operation: JsonObject | None = self.document["paths"][template].get(method.lower())
                if operation is not None:
                    return operation
        return None

    def _check_headers(self, described: JsonObject, answer: TestResponse, where: str) -> None:
        for name, reference in described.get("headers", {}).items():
            header = self.found(reference)
            given = answer.headers.get(name)
            assert given is not None or not header.get("required"), f"{where}: no {name}"
            if given is not None:
                whole = header["schema"].get("type") == "integer"
                self.validate(header["schema"], int(given) if whole else given)

    def _make_validator(self, schema: str) -> jsonschema_rs.Draft202012Validator:
        whole = {**json.loads(schema), "components": self._components}
        return jsonschema_rs.Draft202012Validator(whole, validate_formats=True)


@cache
def _described(document: bytes) -> Described:
    return Described(json.loads(document))


def _strict(components: JsonObject) -> JsonObject:
    strict: JsonObject = copy.deepcopy(components)
    for schema in strict["schemas"].values():
        if "properties" in schema:
            schema["additionalProperties"] = False
    return strict


def _text(answer: TestResponse) -> str:
    """A picture is no text, and anything at all is said of it."""
    body: bytes = answer.data
    return body.decode(errors="replace")
