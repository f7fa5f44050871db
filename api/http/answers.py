"""Answers that are not snapshots, and the commonest refusals."""

from __future__ import annotations

from hashlib import sha256
from typing import Any

import msgspec
import orjson
from flask import Response, request

from api.http.errors import Problem


def json_answer(document: Any, status: int = 200) -> Response:
    """Never cached by anybody between us and the client: every answer is somebody's own.

    `document` is JSON, dataclasses, or structs where a field has a name that Python keeps (`from`).
    """
    return Response(
        orjson.dumps(document, default=msgspec.to_builtins),
        status,
        {"Cache-Control": "private, no-cache"},
        content_type="application/json",
    )


def tagged(answer: Response) -> Response:
    """With an ETag of its bytes; 304 for who has these already."""
    tag = f'"{sha256(answer.get_data()).hexdigest()[:32]}"'
    if request.headers.get("If-None-Match") == tag:
        answer = Response(status=304)
    answer.headers["ETag"] = tag
    return answer


def secret_answer(document: Any, status: int = 200) -> Response:
    """An answer with a secret in it, which no browser keeps either."""
    answer = json_answer(document, status)
    answer.headers["Cache-Control"] = "no-store"
    return answer


def changed_answer(document: dict[str, Any]) -> Response:
    """What a change made; with `success` on the unversioned prefix, whose clients look for it."""
    unversioned = bool(request.environ.get("modwatch.unversioned"))
    return json_answer(document | {"success": True} if unversioned else document)


def json_bytes(body: bytes) -> Response:
    """The same for JSON that is bytes already."""
    return Response(
        body, headers={"Cache-Control": "private, no-cache"}, content_type="application/json"
    )


def invalid(field: str, message: str) -> Problem:
    return Problem(422, "some fields are invalid", {field: [message]})
