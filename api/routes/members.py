"""A person's data in a server, and who looked at it."""

from __future__ import annotations

from typing import Any

from flask import Response
from flask_smorest import Blueprint

from api.http.answers import invalid, json_answer
from api.http.errors import Problem
from api.http.extension import parts
from api.http.guard import guarded
from api.openapi.declare import answers
from domain.roles import Authenticated, Owner
from schemas.answers.audit_log import AccessLogAnswer
from schemas.answers.violations import ErasedAnswer
from schemas.query import PageQuery
from services.accounts.access_log import access_page
from services.accounts.owners import LastOwnerError
from services.members.erasure import erase

blueprint = Blueprint(
    "members",
    __name__,
    url_prefix="/api/v1/servers/<snowflake(server):guild_id>",
    description="A person's data in a server, and who looked at it.",
)


@blueprint.delete("/members/<snowflake(user):user_id>")
@guarded
@answers(ErasedAnswer)
def erase_member(user_id: int, who: Authenticated[Owner]) -> Response:
    """Erase a person's data in this server; violations stay, anonymous, so that counts stand.

    Reports that were mailed before cannot be called back: `mailed_to` says to how many addresses.
    """
    try:
        erased = erase(parts(), who, user_id)
        return json_answer(
            {"anonymised_violations": erased.violations, "mailed_to": erased.mailed_to}
        )
    except LastOwnerError as error:
        raise Problem(403, f"{error}; make somebody else one first") from None


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
