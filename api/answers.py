"""Answers that are not snapshots, and the commonest refusals."""

from __future__ import annotations

from typing import Any

import orjson
from flask import Response

from api.errors import Problem


def json_answer(document: Any, status: int = 200) -> Response:
    """Never cached by anybody between us and the client: every answer is somebody's own."""
    return Response(
        orjson.dumps(document),
        status,
        {"Cache-Control": "private, no-cache"},
        content_type="application/json",
    )


def json_bytes(body: bytes) -> Response:
    """The same for JSON that is bytes already."""
    return Response(
        body, headers={"Cache-Control": "private, no-cache"}, content_type="application/json"
    )


def invalid(field: str, message: str) -> Problem:
    return Problem(422, "some fields are invalid", {field: [message]})
