"""Reading a JSON body through its schema."""

from __future__ import annotations

from typing import Any

from flask import request
from marshmallow import EXCLUDE, RAISE, ValidationError

from api.errors import Problem
from schemas.body import Body


def json_body(schema: Body) -> dict[str, Any]:
    """The loaded body. Raises Problem: 415 for other types, 400 unreadable, 422 invalid."""
    if request.mimetype != "application/json":
        raise Problem(415, "send application/json")
    try:
        body = request.get_json(silent=True)
    except RecursionError:  # json's own, for brackets within brackets within brackets
        body = None
    if not isinstance(body, dict):
        raise Problem(400, "the body is not a JSON object")
    unversioned = request.environ.get("modwatch.unversioned")
    try:
        loaded: dict[str, Any] = schema.load(body, unknown=EXCLUDE if unversioned else RAISE)
    except ValidationError as error:
        raise invalid_fields(error) from None
    return loaded


def invalid_fields(error: ValidationError) -> Problem:
    messages = error.messages if isinstance(error.messages, dict) else {"body": error.messages}
    return Problem(422, "some fields are invalid", messages)
