"""Violations: the filtered list, and one with the member's history."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Response, request
from flask_smorest import Blueprint

from api.http.answers import invalid, json_answer
from api.http.errors import Problem
from api.http.extension import parts
from api.http.guard import guarded
from api.http.same_origin import require_own_page
from api.openapi.declare import answers
from domain.roles import Authenticated, Moderator, Viewer
from models.violations.list import ViolationFilter
from schemas.answers.violations import ViolationDetailAnswer, ViolationsAnswer
from schemas.query import ViolationExportQuery, ViolationQuery
from services.audit.change import note_export
from services.violations.as_csv import TooManyRowsError, violations_csv
from services.violations.list import PageWanted, violation_detail, violations_page

blueprint = Blueprint(
    "violations",
    __name__,
    url_prefix="/api/v1/servers/<snowflake(server):guild_id>",
    description="What the bot acted on, newest first.",
)


@blueprint.get("/violations")
@guarded
@answers(ViolationsAnswer)
@blueprint.arguments(ViolationQuery, location="query")
def list_violations(query: dict[str, Any], who: Authenticated[Viewer]) -> Response:
    """Violations, newest first, by `cursor` (any depth) or by `page` and `per_page`."""
    wanted = _filter(query)
    page = PageWanted(query.get("per_page", query["limit"]), query.get("cursor"), query.get("page"))
    try:
        return json_answer(violations_page(parts().database, who.guild_id, wanted, page))
    except ValueError as error:
        raise invalid("cursor", str(error)) from None


@blueprint.get("/violations/export")
@guarded
@answers(None, gives=("Content-Disposition",), media_type="text/csv")
@blueprint.arguments(ViolationExportQuery, location="query")
def export_violations(query: dict[str, Any], who: Authenticated[Moderator]) -> Response:
    """The filtered list as CSV, at most 50,000 rows; cells that start a formula are defused."""
    require_own_page()
    try:
        pieces = violations_csv(parts().database, who.guild_id, _filter(query))
    except TooManyRowsError as error:
        raise Problem(422, f"{error}: narrow the filters, or make an export") from None
    note_export(parts(), who, {name: request.args[name] for name in query if name in request.args})
    headers = {
        "Content-Disposition": f'attachment; filename="violations-{who.guild_id}.csv"',
        "Cache-Control": "private, no-store",
    }
    return Response(pieces, headers=headers, content_type="text/csv; charset=utf-8")


@blueprint.get("/violations/<uuid(violation):violation_id>")
@guarded
@answers(ViolationDetailAnswer, errors=(404,))
def get_violation(violation_id: UUID, who: Authenticated[Viewer]) -> Response:
    """One violation, with the member's last twenty as `history`."""
    found = violation_detail(parts().database, who.guild_id, violation_id)
    if found is None:
        raise Problem(404, "there is no violation with this id in this server")
    return json_answer(found)


def _filter(query: dict[str, Any]) -> ViolationFilter:
    return ViolationFilter(
        severity=query.get("severity"),
        detection_type=query.get("detection_type"),
        action=query.get("action"),
        user_id=query.get("user_id"),
        rule=query.get("rule"),
        rule_hash=query.get("rule_hash"),
        since_ms=query.get("since"),
        until_ms=query.get("until"),
        text=query.get("q") or None,
        incident_id=query.get("incident"),
    )
