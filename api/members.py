"""A person's data in a server, and who looked at it."""

from __future__ import annotations

from typing import Any

from flask import Response
from flask_smorest import Blueprint

from api.answers import invalid, json_answer
from api.errors import Problem
from api.extension import parts
from api.guard import guarded
from api.openapi import answers
from domain.roles import Authenticated, Owner
from schemas.answers_audit_log import AccessLogAnswer
from schemas.answers_violations import ErasedAnswer
from schemas.event import parse_snowflake
from schemas.query import PageQuery
from services.access_log import access_page
from services.erasure import erase

blueprint = Blueprint(
    "members",
    __name__,
    url_prefix="/api/v1/servers/<guild_id>",
    description="A person's data in a server, and who looked at it.",
)


@blueprint.delete("/members/<user_id>")
@guarded
@answers(ErasedAnswer)
def erase_member(user_id: str, who: Authenticated[Owner]) -> Response:
    """Erase a person's data in this server; violations stay, anonymous, so that counts stand."""
    try:
        member = parse_snowflake(user_id)
    except ValueError as error:
        raise Problem(400, f"the user id in the address {error}") from None
    return json_answer({"anonymised_violations": erase(parts(), who, member)})


@blueprint.get("/access-log")
@guarded
@answers(AccessLogAnswer)
@blueprint.arguments(PageQuery, location="query")
def list_access(query: dict[str, Any], who: Authenticated[Owner]) -> Response:
    """Who read what, by hour; exports are in the audit log."""
    try:
        return json_answer(access_page(parts().database, who.guild_id, **query))
    except ValueError as error:
        raise invalid("cursor", str(error)) from None
