"""What a bot asks for: the config and rules it is to work by."""

from __future__ import annotations

from hashlib import sha256

from flask import Response, request
from flask_smorest import Blueprint

from api.answers import json_bytes
from api.extension import parts
from api.guard import deny, for_bots, guild_of_address
from api.openapi import answers
from schemas.answers_guild_settings import BotConfigAnswer
from services.access import Caller
from services.guild_settings import bot_settings

blueprint = Blueprint(
    "bots",
    __name__,
    url_prefix="/api/v1/bot",
    description="What a bot asks for.",
)


@blueprint.get("/guilds/<guild_id>/config")
@for_bots
@answers(BotConfigAnswer, takes=("If-None-Match",), gives=("ETag",))
def get_bot_config(guild_id: str, caller: Caller) -> Response:
    """Config and rules of a server; ask with `If-None-Match` to pick up edits cheaply."""
    guild = guild_of_address(guild_id)
    if not caller.may_ingest(guild):
        deny(caller, guild, "bot", "this token is not for this server")
    body = bot_settings(parts(), guild)
    tag = f'"{sha256(body).hexdigest()[:32]}"'
    answer = json_bytes(body)
    if request.headers.get("If-None-Match") == tag:
        answer = Response(status=304)
    answer.headers["ETag"] = tag
    return answer
