"""A server's rules text, config and roles."""

from __future__ import annotations

from dataclasses import asdict

import orjson
from flask import Response, request
from flask_smorest import Blueprint

from api.http.answers import changed_answer, json_answer, json_bytes
from api.http.bodies import json_body
from api.http.errors import Problem
from api.http.extension import parts
from api.http.guard import guarded
from api.openapi.declare import answers
from domain.roles import Admin, Authenticated, Owner, Viewer
from schemas.answers.common import SuccessAnswer
from schemas.answers.guild_settings import ConfigAnswer, RolesAnswer, RulesAnswer
from schemas.body import ConfigBody, RoleBody, RulesBody
from services.guilds import changes as guild_changes
from services.guilds import settings as guild_settings
from services.guilds.changes import NotAllowedError, StaleVersionError, TooManyRolesError

blueprint = Blueprint(
    "guild_settings",
    __name__,
    url_prefix="/api/v1/servers/<snowflake(server):guild_id>",
    description="A server's rules text, the bot's config, and who has which role.",
)
DONE = {"success": True}


@blueprint.get("/rules")
@guarded
@answers(RulesAnswer)
def get_rules(who: Authenticated[Viewer]) -> Response:
    """The rules text the bot judges by."""
    return json_bytes(guild_settings.guild_rules(parts(), who.guild_id))


@blueprint.put("/rules")
@guarded
@answers(RulesAnswer, body=RulesBody)
def put_rules(who: Authenticated[Admin]) -> Response:
    """Replace the rules text."""
    guild_changes.put_rules(parts(), who, json_body(RulesBody())["rules"])
    return changed_answer(orjson.loads(guild_settings.guild_rules(parts(), who.guild_id)))


@blueprint.delete("/rules")
@guarded
@answers(SuccessAnswer)
def delete_rules(who: Authenticated[Owner]) -> Response:
    """Remove the rules text."""
    guild_changes.delete_rules(parts(), who)
    return json_answer(DONE)


@blueprint.get("/config")
@guarded
@answers(ConfigAnswer)
def get_config(who: Authenticated[Viewer]) -> Response:
    """The bot's thresholds, the moderators' role and the server's timezone."""
    return json_bytes(guild_settings.guild_config(parts(), who.guild_id))


@blueprint.put("/config")
@guarded
@answers(ConfigAnswer, body=ConfigBody, errors=(412,), takes=("If-Match",))
def put_config(who: Authenticated[Admin]) -> Response:
    """Change any of the fields; `If-Match` with a version that is no longer current gives 412."""
    values = json_body(ConfigBody())
    try:
        return changed_answer(asdict(guild_changes.put_config(parts(), who, values, _if_match())))
    except StaleVersionError as error:
        raise Problem(412, str(error)) from None


@blueprint.get("/roles")
@guarded
@answers(RolesAnswer)
def get_roles(who: Authenticated[Viewer]) -> Response:
    """Who was given which role, by whom and when."""
    return json_answer({"roles": guild_settings.guild_roles(parts().database, who.guild_id)})


@blueprint.put("/roles/<snowflake(user):user_id>")
@guarded
@answers(SuccessAnswer, body=RoleBody, errors=(409,))
def put_role(user_id: int, who: Authenticated[Owner]) -> Response:
    """Give a person a role: at most a thousand of a server have one from here."""
    role: str = json_body(RoleBody())["role"]
    try:
        guild_changes.put_role(parts(), who, user_id, role)
    except NotAllowedError as error:
        raise Problem(403, str(error)) from None
    except TooManyRolesError as error:
        raise Problem(409, str(error)) from None
    return json_answer(DONE)


@blueprint.delete("/roles/<snowflake(user):user_id>")
@guarded
@answers(SuccessAnswer, errors=(404,))
def delete_role(user_id: int, who: Authenticated[Owner]) -> Response:
    """Take a person's role away."""
    try:
        removed = guild_changes.delete_role(parts(), who, user_id)
    except NotAllowedError as error:
        raise Problem(403, str(error)) from None
    if not removed:
        raise Problem(404, "this person was not given a role in this server")
    return json_answer(DONE)


def _if_match() -> int | None:
    """The version in `If-Match`, with or without quotes; None without the header or for `*`."""
    text = request.headers.get("If-Match", "*").strip().removeprefix("W/").strip('"')
    if text == "*":
        return None
    # Anything else never was a version, so it cannot be the current one.
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else -1
