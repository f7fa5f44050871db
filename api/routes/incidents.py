"""Incidents: raids as one thing each, who took part, and who looks after them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from flask import Response
from flask_smorest import Blueprint

from api.http.answers import invalid, json_answer
from api.http.bodies import json_body
from api.http.errors import Problem
from api.http.extension import parts
from api.http.guard import guarded
from api.openapi.declare import answers
from domain.roles import Authenticated, Moderator, Viewer
from schemas.answers.incidents import (
    IncidentDetailAnswer,
    IncidentMembersAnswer,
    IncidentsAnswer,
)
from schemas.incident import NoteBody
from schemas.query import IncidentQuery, PageQuery
from services.incidents import changes, members, shown

blueprint = Blueprint(
    "incidents",
    __name__,
    url_prefix="/api/v1/servers/<snowflake(server):guild_id>",
    description="Raids: violations that belong together, who took part, what was done to each.",
)
MISSING = "there is no incident with this id in this server"


@blueprint.get("/incidents")
@guarded
@answers(IncidentsAnswer)
@blueprint.arguments(IncidentQuery, location="query")
def list_incidents(query: dict[str, Any], who: Authenticated[Viewer]) -> Response:
    """Incidents, latest first; with `state` those that go on, or those that are over."""
    wanted = shown.IncidentsWanted(query.get("state"), query["limit"], query.get("cursor"))
    try:
        now_ms = parts().clock()
        return json_answer(shown.incidents_page(parts().database, who.guild_id, wanted, now_ms))
    except ValueError as error:
        raise invalid("cursor", str(error)) from None


@blueprint.get("/incidents/<uuid(incident):incident_id>")
@guarded
@answers(IncidentDetailAnswer, errors=(404,))
def get_incident(incident_id: UUID, who: Authenticated[Viewer]) -> Response:
    """One, with its first fifty members, what happened when, and its notes."""
    return _shown(who, incident_id)


@blueprint.get("/incidents/<uuid(incident):incident_id>/members")
@guarded
@answers(IncidentMembersAnswer, errors=(404,))
@blueprint.arguments(PageQuery, location="query")
def list_members(query: dict[str, Any], incident_id: UUID, who: Authenticated[Viewer]) -> Response:
    """Its members and what was done to each, most violations first."""
    limit, cursor = query["limit"], query.get("cursor")
    try:
        page = members.members_page(parts().database, who.guild_id, incident_id, limit, cursor)
    except ValueError as error:
        raise invalid("cursor", str(error)) from None
    if page is None:
        raise Problem(404, MISSING)
    return json_answer(page)


@blueprint.post("/incidents/<uuid(incident):incident_id>/take")
@guarded
@answers(IncidentDetailAnswer, errors=(404,))
def take(incident_id: UUID, who: Authenticated[Moderator]) -> Response:
    """Say that you look after it, also where somebody else did: its alert reminds no more.

    Twice changes nothing.
    """
    return _act(who, incident_id, lambda: changes.take_incident(parts(), who, incident_id))


@blueprint.post("/incidents/<uuid(incident):incident_id>/leave")
@guarded
@answers(IncidentDetailAnswer, errors=(404,))
def leave(incident_id: UUID, who: Authenticated[Moderator]) -> Response:
    """Say that nobody looks after it any more."""
    return _act(who, incident_id, lambda: changes.leave_incident(parts(), who, incident_id))


@blueprint.post("/incidents/<uuid(incident):incident_id>/notes")
@guarded
@answers(IncidentDetailAnswer, body=NoteBody, errors=(404, 409))
def write_note(incident_id: UUID, who: Authenticated[Moderator]) -> Response:
    """Write down something about it, for colleagues; 200 notes at most."""
    text = json_body(NoteBody())["text"]
    return _act(who, incident_id, lambda: changes.write_note(parts(), who, incident_id, text))


@blueprint.post("/incidents/<uuid(incident):incident_id>/clear-warnings")
@guarded
@answers(IncidentDetailAnswer, errors=(404,))
def clear_warnings(incident_id: UUID, who: Authenticated[Moderator]) -> Response:
    """Set the warning level of all its members to 0, in one step and one entry of the audit log."""
    return _act(who, incident_id, lambda: changes.clear_members(parts(), who, incident_id))


def _act(who: Authenticated[Moderator], id: UUID, act: Callable[[], object]) -> Response:
    try:
        act()
    except changes.NoIncidentError as error:
        raise Problem(404, str(error)) from None
    except changes.TooManyNotesError as error:
        raise Problem(409, str(error)) from None
    return _shown(who, id)


def _shown(who: Authenticated[Viewer], id: UUID) -> Response:
    found = shown.incident_page(parts().database, who.guild_id, id, parts().clock())
    if found is None:
        raise Problem(404, MISSING)
    return json_answer(found)
