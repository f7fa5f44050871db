"""What the OpenAPI document says of a route, declared in one line beside it.

    @blueprint.put("/rules")
    @guarded
    @answers(RulesAnswer, body=RulesBody)
    def put_rules(who: Authenticated[Admin]) -> Response: ...

Nothing happens at run time. Who may call a route, the ids in its address, and with them 400, 401
and 403, are read from the guard and the address (api/openapi/document.py).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from http import HTTPStatus
from typing import Any, TypeVar

from flask_smorest import Blueprint
from marshmallow import Schema

from api.openapi.problems import problem_name

View = TypeVar("View", bound=Callable[..., Any])
JSON = "application/json"
# Reading a body can go wrong in these ways, see api/http/bodies.py.
OF_BODIES = (400, 408, 413, 415, 422)


def answers(
    schema: type[Schema] | Mapping[str, Any] | None,
    status: int = 200,
    *,
    body: type[Schema] | Mapping[str, Any] | None = None,
    query: type[Schema] | None = None,
    also: Iterable[int] = (),
    errors: Iterable[int] = (),
    takes: Iterable[str] = (),
    gives: Iterable[str] = (),
    media_type: str | tuple[str, ...] = JSON,
    security: str | None = None,
) -> Callable[[View], View]:
    """Document a view that answers `status` with `schema` (None: text of that media type, or none).

    body: the schema of a JSON body, or `content` by media type
    query: parameters, where the view does not read them by `@blueprint.arguments`
    also: more statuses that come with `schema`
    errors: statuses that neither the guard, the address nor the body explain
    takes, gives: names of request and response headers, from api/openapi/components.py
    security: the one way to log in, where not every way will do
    """
    responses: dict[int, Any] = {
        **{code: _answer(schema, code, media_type, gives) for code in (status, *also)},
        **{code: problem_name(code) for code in (*errors, *(OF_BODIES if body else ()))},
    }
    if "If-None-Match" in takes:
        responses[304] = _answer(None, 304, media_type, gives)
    documented: dict[str, Any] = {"responses": responses}
    if body is not None:
        content = body if isinstance(body, Mapping) else {JSON: {"schema": body}}
        documented["requestBody"] = {"required": True, "content": dict(content)}
    parameters: list[Any] = [*takes, *([{"in": "query", "schema": query}] if query else [])]
    if parameters:
        documented["parameters"] = parameters
    if security is not None:
        documented["security"] = [{security: []}]
    declare: Callable[[View], View] = Blueprint.doc(**documented)
    return declare


snapshot_answers = partial(
    answers, takes=("If-None-Match",), gives=("ETag", "Last-Modified", "X-Cache")
)
"""The same for a view that answers with a snapshot."""


def _answer(
    schema: type[Schema] | Mapping[str, Any] | None,
    status: int,
    media_type: str | tuple[str, ...],
    gives: Iterable[str],
) -> dict[str, Any]:
    answer: dict[str, Any] = {"description": HTTPStatus(status).phrase}
    if headers := {name: name for name in gives}:
        answer["headers"] = headers
    if schema is not None:
        answer["content"] = {str(media_type): {"schema": schema}}
    elif media_type != JSON and status != 304:
        types = (media_type,) if isinstance(media_type, str) else media_type
        answer["content"] = {one: {"schema": _bytes_of(one)} for one in types}
    return answer


def _bytes_of(media_type: str) -> dict[str, str]:
    """Of a file that is no text nothing is said."""
    return {"type": "string"} if media_type.startswith("text/") else {}
