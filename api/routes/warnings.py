"""Members' warning levels."""

from __future__ import annotations

from typing import Any

from flask import Response
from flask_smorest import Blueprint
from marshmallow import ValidationError

from api.http.answers import invalid, json_answer
from api.http.bodies import invalid_fields, json_body
from api.http.extension import parts
from api.http.guard import guarded
from api.openapi.declare import answers
from domain.roles import Authenticated, Moderator, Viewer
from schemas.answers.common import SuccessAnswer
from schemas.answers.violations import ClearedAnswer, WarningDetailAnswer, WarningsAnswer
from schemas.body import BulkClearBody, parse_date_or_time
from schemas.query import WarningQuery
from services.members.changes import clear_member, clear_members
from services.members.warnings import warning_detail, warnings_page

blueprint = Blueprint(
    "warnings",
    __name__,
    url_prefix="/api/v1/servers/<snowflake(server):guild_id>",
    description="Members and their warning levels, 0 to 5.",
)


@blueprint.get("/warnings")
@guarded
@answers(WarningsAnswer)
@blueprint.arguments(WarningQuery, location="query")
def list_warnings(query: dict[str, Any], who: Authenticated[Viewer]) -> Response:
    """Members with a warning level, the highest first; `search` looks at names and ids."""
    try:
        return json_answer(warnings_page(parts().database, who.guild_id, **query))
    except ValueError as error:
        raise invalid("cursor", str(error)) from None


@blueprint.get("/warnings/<snowflake(user):user_id>")
@guarded
@answers(WarningDetailAnswer)
def get_warning(user_id: int, who: Authenticated[Viewer]) -> Response:
    """A member's standing, with the last twenty violations."""
    return json_answer(warning_detail(parts().database, who.guild_id, user_id))


@blueprint.delete("/warnings/<snowflake(user):user_id>")
@guarded
@answers(SuccessAnswer)
def clear_warning(user_id: int, who: Authenticated[Moderator]) -> Response:
    """Set a member's warning level to 0."""
    clear_member(parts(), who, user_id)
    return json_answer({"success": True})


@blueprint.post("/warnings/bulk-clear")
@guarded
@answers(ClearedAnswer, body=BulkClearBody)
def bulk_clear(who: Authenticated[Moderator]) -> Response:
    """Clear the warnings of members whose last violation is older than a date."""
    try:
        before_ms = parse_date_or_time(json_body(BulkClearBody())["before_date"])
    except ValidationError as error:
        raise invalid_fields(error) from None
    return json_answer({"cleared": clear_members(parts(), who, before_ms)})
