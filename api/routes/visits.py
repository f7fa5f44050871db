"""Since your last visit."""

from __future__ import annotations

from flask import Response
from flask_smorest import Blueprint

from api.http.answers import json_answer
from api.http.extension import parts
from api.http.guard import guarded
from api.openapi.declare import answers
from domain.roles import Authenticated, Viewer
from schemas.answers.common import SuccessAnswer
from schemas.answers.visits import VisitAnswer
from services.visits import coming

blueprint = Blueprint(
    "visits",
    __name__,
    url_prefix="/api/v1/servers/<snowflake(server):guild_id>",
    description="What happened while a person was away.",
)


@blueprint.post("/visit")
@guarded
@answers(VisitAnswer)
def visit(who: Authenticated[Viewer]) -> Response:
    """Say that you look at the server, and hear what happened since you last did.

    An absence of less than four hours is none. It is told until it was read.
    """
    return json_answer(coming.come(parts().database, who, parts().clock()))


@blueprint.post("/visit/read")
@guarded
@answers(SuccessAnswer)
def mark_visit_read(who: Authenticated[Viewer]) -> Response:
    """You know now: it is not told again."""
    coming.read(parts().database, who, parts().clock())
    return json_answer({"success": True})
