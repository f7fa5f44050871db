"""Routes whose requests may be sent again: `Idempotency-Key`.

    @blueprint.post("/export")
    @guarded
    @idempotent
    @answers(ExportAnswer, 202, body=ExportBody)
    def make_export(who: Authenticated[Moderator]) -> Response: ...

What such a route makes gets `operation_id()` as its id, and what is there under that id already is
answered as if it was made now. Answers are kept for a day, so none may hold a secret.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import wraps
from hashlib import sha256
from typing import Any, TypeVar, cast
from uuid import UUID, uuid4

import structlog
from flask import Response, g, request

from adapters.database import WRITE_REFUSED
from adapters.telemetry.seldom import say_seldom
from api.http.answers import invalid
from api.http.bodies import read_body
from api.http.errors import Problem
from api.http.extension import parts
from domain.roles import Authenticated, Viewer
from models.idempotency.keys import Named
from services.audit.change import actor_of
from services.idempotency.keys import Answered, Begun, KeyUsedError, UnderWayError, begin, end

HEADER, REPLAYED = "Idempotency-Key", "Idempotency-Replayed"
RETRY_AFTER_SECONDS = 1
_KEY = re.compile(r"[!-~]{1,255}")
_MARK = "__modwatch_idempotent__"
_log = structlog.get_logger()
View = TypeVar("View", bound=Callable[..., Any])


def idempotent(view: View) -> View:
    """Below `@guarded`: with the header, the view is called once and its answer given again."""

    @wraps(view)
    def once(*args: Any, who: Authenticated[Viewer], **kwargs: Any) -> Any:
        if (key := request.headers.get(HEADER)) is None:
            return view(*args, who=who, **kwargs)
        if not _KEY.fullmatch(key):
            raise invalid(HEADER, "must be 1 to 255 visible characters of ASCII")
        named = Named(who.guild_id, actor_of(who), _route(), key)
        begun = _begin(named)
        if isinstance(begun, Answered):
            return _again(begun)
        g.operation_id = begun.operation_id
        return _kept(named, begun, lambda: view(*args, who=who, **kwargs))

    setattr(once, _MARK, True)
    return cast(View, once)


def is_idempotent(view: object) -> bool:
    return getattr(view, _MARK, False)


def operation_id() -> UUID:
    """The id for what this request makes: the same whenever the request is sent again."""
    if "operation_id" not in g:
        g.operation_id = uuid4()
    return cast(UUID, g.operation_id)


def _route() -> str:
    # Both prefixes are one route, but may answer in shapes of their own.
    prefix = "old" if request.environ.get("modwatch.unversioned") else "v1"
    return f"{request.method} {prefix} {request.path}"


def _begin(named: Named) -> Answered | Begun:
    """Raises Problem: 422 for a key with another body, 409 while the first is being answered."""
    body_hash = sha256(read_body()).hexdigest()
    try:
        return begin(parts().database, named, body_hash, parts().clock())
    except KeyUsedError as error:
        raise invalid(HEADER, str(error)) from None
    except UnderWayError as error:
        headers = {"Retry-After": str(RETRY_AFTER_SECONDS)}
        raise Problem(409, str(error), headers=headers) from None


def _again(answer: Answered) -> Response:
    headers = {"Cache-Control": "private, no-cache", REPLAYED: "true"}
    return Response(answer.body, answer.status, headers, content_type="application/json")


def _kept(named: Named, begun: Begun, view: Callable[[], Response]) -> Response:
    try:
        response = view()
    except BaseException:
        _end(named, begun, None)
        raise
    answer = Answered(response.status_code, response.get_data(as_text=True))
    _end(named, begun, answer if answer.status < 400 else None)
    return response


def _end(named: Named, begun: Begun, answer: Answered | None) -> None:
    try:
        end(parts().database, named, begun, answer)
    except WRITE_REFUSED as error:
        # What was done is done: the sender is told of it, and the claim ends by itself.
        words = {"route": named.route, "error": str(error)}
        say_seldom(_log.warning, "idempotency_key_not_kept", **words)
