"""Appeals against violations."""

from __future__ import annotations

from typing import Any

from flask import Response
from flask_smorest import Blueprint

from api.http.answers import invalid, json_answer
from api.http.bodies import json_body
from api.http.errors import Problem
from api.http.extension import parts
from api.http.guard import guarded
from api.openapi.declare import answers
from domain.roles import Authenticated, Moderator, Viewer
from schemas.answers.common import SuccessAnswer
from schemas.answers.violations import AppealsAnswer
from schemas.body import DecisionBody
from schemas.query import AppealQuery
from services.members.appeals import appeals_page
from services.members.changes import AppealDecidedError, decide_appeal

blueprint = Blueprint(
    "appeals",
    __name__,
    url_prefix="/api/v1/servers/<snowflake(server):guild_id>",
    description="Appeals against violations, and what became of them.",
)


@blueprint.get("/appeals")
@guarded
@answers(AppealsAnswer)
@blueprint.arguments(AppealQuery, location="query")
def list_appeals(query: dict[str, Any], who: Authenticated[Viewer]) -> Response:
    """Appeals, newest first."""
    try:
        return json_answer(appeals_page(parts().database, who.guild_id, **query))
    except ValueError as error:
        raise invalid("cursor", str(error)) from None


@blueprint.post("/appeals/<appeal_id>/decision")
@guarded
@answers(SuccessAnswer, body=DecisionBody, errors=(404, 409))
def decide(appeal_id: str, who: Authenticated[Moderator]) -> Response:
    """Approve or deny a pending appeal."""
    status: str = json_body(DecisionBody())["status"]
    try:
        found = decide_appeal(parts(), who, appeal_id, status)
    except AppealDecidedError as error:
        raise Problem(409, str(error)) from None
    if not found:
        raise Problem(404, "there is no appeal with this id in this server")
    return json_answer({"success": True})
