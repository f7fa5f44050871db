"""What there is to choose from, by name: a server's roles and members."""

from __future__ import annotations

from typing import Any

from flask import Response
from flask_smorest import Blueprint

from api.http.answers import json_answer
from api.http.extension import parts
from api.http.guard import guarded
from api.openapi.declare import answers
from domain.roles import Admin, Authenticated
from schemas.answers.choices import MemberChoicesAnswer, RoleChoicesAnswer
from schemas.query import MemberChoiceQuery
from services.guilds.choices import member_choices, role_choices

blueprint = Blueprint(
    "choices",
    __name__,
    url_prefix="/api/v1/servers/<snowflake(server):guild_id>/choices",
    description="A server's roles and members by name, for `mod_role_id` and for giving roles.",
)


@blueprint.get("/roles")
@guarded
@answers(RoleChoicesAnswer)
def list_role_choices(who: Authenticated[Admin]) -> Response:
    """The server's roles at Discord, but for @everyone and those of bots."""
    return json_answer(role_choices(parts(), who.guild_id))


@blueprint.get("/members")
@guarded
@answers(MemberChoicesAnswer)
@blueprint.arguments(MemberChoiceQuery, location="query")
def list_member_choices(query: dict[str, Any], who: Authenticated[Admin]) -> Response:
    """Members whose name begins so, as Discord finds them, and who is known here by such a name."""
    return json_answer(member_choices(parts(), who.guild_id, query["q"]))
