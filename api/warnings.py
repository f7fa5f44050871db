"""Members' warning levels."""

from __future__ import annotations

from typing import Any

from flask import Response
from flask_smorest import Blueprint

from api.answers import invalid, json_answer
from api.errors import Problem
from api.extension import parts
from api.guard import guarded
from domain.roles import Authenticated, Viewer
from schemas.event import parse_snowflake
from schemas.query import WarningQuery
from services.warnings import warning_detail, warnings_page

blueprint = Blueprint("warnings", __name__, url_prefix="/api/v1/servers/<guild_id>")


@blueprint.get("/warnings")
@guarded
@blueprint.arguments(WarningQuery, location="query")
def list_warnings(query: dict[str, Any], who: Authenticated[Viewer]) -> Response:
    """Members with a warning level, the highest first; `search` looks at names and ids."""
    try:
        return json_answer(warnings_page(parts().database, who.guild_id, **query))
    except ValueError as error:
        raise invalid("cursor", str(error)) from None


@blueprint.get("/warnings/<user_id>")
@guarded
def get_warning(user_id: str, who: Authenticated[Viewer]) -> Response:
    """A member's standing, with the last twenty violations."""
    try:
        member = parse_snowflake(user_id)
    except ValueError as error:
        raise Problem(400, f"the user id in the address {error}") from None
    return json_answer(warning_detail(parts().database, who.guild_id, member))
