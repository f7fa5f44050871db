"""A server's rules text, config and roles."""

from __future__ import annotations

from flask import Response
from flask_smorest import Blueprint

from api.answers import json_answer
from api.extension import parts
from api.guard import guarded
from domain.roles import Authenticated, Viewer
from services import guild_settings

blueprint = Blueprint("guild_settings", __name__, url_prefix="/api/v1/servers/<guild_id>")


@blueprint.get("/rules")
@guarded
def get_rules(who: Authenticated[Viewer]) -> Response:
    """The rules text the bot judges by."""
    return json_answer(guild_settings.guild_rules(parts().database, who.guild_id))


@blueprint.get("/config")
@guarded
def get_config(who: Authenticated[Viewer]) -> Response:
    """The bot's thresholds, the moderators' role and the server's timezone."""
    return json_answer(guild_settings.guild_config(parts().database, who.guild_id))


@blueprint.get("/roles")
@guarded
def get_roles(who: Authenticated[Viewer]) -> Response:
    """Who was given which role, by whom and when."""
    return json_answer(guild_settings.guild_roles(parts().database, who.guild_id))
