"""Reading bodies: bounded, each in its turn, JSON through its schema."""

from __future__ import annotations

from itertools import islice
from typing import Any

from flask import Flask, current_app, g, request
from marshmallow import EXCLUDE, RAISE, ValidationError
from werkzeug.exceptions import RequestEntityTooLarge

from api.http.body_turns import BodyTurns, Turn
from api.http.errors import Problem
from api.http.guard import current_caller
from domain.proxies import counted_address
from schemas.body import Body
from schemas.events.body import ERRORS_NAMED

# Far more than any body has; to explain each of a hundred thousand would hold up everybody.
MOST_FIELDS = 200

# Enough for the longest rules text with each letter escaped; events may be more (routes/ingest.py).
MOST_BYTES = 256 * 1024
SMALL_BYTES = 64 * 1024
_TURNS = "modwatch_body_turns"


def install_bodies(app: Flask) -> None:
    app.config["MAX_CONTENT_LENGTH"] = MOST_BYTES
    turns = app.extensions[_TURNS] = BodyTurns()

    @app.teardown_request
    def give_back(_error: BaseException | None) -> None:
        if (turn := g.pop("body_turn", None)) is not None:
            turns.give_back(turn)


def read_body(most_bytes: int = MOST_BYTES) -> bytes:
    """The body of this request. Raises Problem: 413 too large, 429 too many at once.

    Call it when it is known who sent it: what a stranger sends is not read.
    """
    if g.get("body_is_read"):
        return request.get_data()
    request.max_content_length = most_bytes
    turns: BodyTurns = current_app.extensions[_TURNS]
    g.body_turn = turn = _turn(turns, most_bytes)
    try:
        body = request.get_data()
    except RequestEntityTooLarge:
        raise too_large(most_bytes) from None
    g.body_is_read = True
    if turn.size_bytes <= SMALL_BYTES:
        turns.give_back(g.pop("body_turn"))
    return body


def too_large(most_bytes: int) -> Problem:
    size = f"{most_bytes // 1024} KiB" if most_bytes < 1024**2 else f"{most_bytes // 1024**2} MiB"
    return Problem(413, f"the body is larger than {size}")


def json_body(schema: Body) -> dict[str, Any]:
    """The loaded body. Raises Problem: 415 for other types, 400 unreadable, 422 invalid."""
    if request.mimetype != "application/json":
        raise Problem(415, "send application/json")
    read_body()
    try:
        body = request.get_json(silent=True)
    except RecursionError:  # json's own, for brackets within brackets within brackets
        body = None
    if not isinstance(body, dict):
        raise Problem(400, "the body is not a JSON object")
    if len(body) > MOST_FIELDS:
        raise Problem(422, f"the body has {len(body)} fields, at most {MOST_FIELDS}")
    unversioned = request.environ.get("modwatch.unversioned")
    try:
        loaded: dict[str, Any] = schema.load(body, unknown=EXCLUDE if unversioned else RAISE)
    except ValidationError as error:
        raise invalid_fields(error) from None
    return loaded


def invalid_fields(error: ValidationError) -> Problem:
    messages = error.messages if isinstance(error.messages, dict) else {"body": error.messages}
    return Problem(422, "some fields are invalid", dict(islice(messages.items(), ERRORS_NAMED)))


def _turn(turns: BodyTurns, most_bytes: int) -> Turn:
    """Raises Problem 413 where the length says so, before anything is read."""
    length = most_bytes if request.content_length is None else request.content_length
    if length > most_bytes:
        raise too_large(most_bytes)
    names = [f"address:{counted_address(request.remote_addr or '')}"]
    if caller := current_caller():
        names.append(f"caller:{caller.name}")
    if (turn := turns.take(names, length)) is None:
        detail = "too many bodies at once from here: send fewer side by side"
        raise Problem(429, detail, headers={"Retry-After": "1"})
    return turn
