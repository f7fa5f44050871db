"""Who changed what."""

from __future__ import annotations

from typing import Any

from flask import Response
from flask_smorest import Blueprint

from api.http.answers import invalid, json_answer
from api.http.extension import parts
from api.http.guard import guarded
from api.openapi.declare import answers
from domain.roles import Admin, Authenticated
from schemas.answers.audit_log import AuditLogAnswer
from schemas.query import AuditQuery
from services.audit.log import audit_page

blueprint = Blueprint(
    "audit_log",
    __name__,
    url_prefix="/api/v1/servers/<snowflake(server):guild_id>",
    description="Who changed what.",
)


@blueprint.get("/audit-log")
@guarded
@answers(AuditLogAnswer)
@blueprint.arguments(AuditQuery, location="query")
def list_entries(query: dict[str, Any], who: Authenticated[Admin]) -> Response:
    """Changes, newest first, each with what was before and after."""
    try:
        return json_answer(audit_page(parts().database, who.guild_id, **query))
    except ValueError as error:
        raise invalid("cursor", str(error)) from None
