"""What a bot asks for: its servers, the config and rules to work by, decisions to carry out."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any
from uuid import UUID

from flask import Response
from flask_smorest import Blueprint

from api.http.answers import invalid, json_answer, json_bytes, tagged
from api.http.bodies import json_body
from api.http.errors import Problem
from api.http.extension import parts
from api.http.guard import deny, for_bots
from api.openapi.declare import answers
from domain.bot_changes import BotChangeState
from schemas.answers.bot_changes import BotChangeAnswer, BotChangesAnswer, StandingAnswer
from schemas.answers.guild_settings import BotConfigAnswer
from schemas.answers.operations import BotGuildsAnswer
from schemas.bot_changes import BotChangesQuery, OutcomeBody
from services.accounts.callers import Caller
from services.bot.changes import (
    BotChangeEndedError,
    NoBotChangeError,
    ask_changes,
    end_change,
)
from services.guilds.settings import bot_settings
from services.members.warnings import standing_of

blueprint = Blueprint(
    "bots",
    __name__,
    url_prefix="/api/v1/bot",
    description="What a bot asks for.",
)


@blueprint.get("/guilds")
@for_bots
@answers(BotGuildsAnswer)
def get_bot_guilds(caller: Caller) -> Response:
    """The servers this token may send events of."""
    guild_ids = [str(guild_id) for guild_id in sorted(caller.bot_guild_ids)]
    return json_answer({"covers_all": caller.covers_all, "guild_ids": guild_ids})


@blueprint.get("/guilds/<snowflake(server):guild_id>/config")
@for_bots
@answers(BotConfigAnswer, takes=("If-None-Match",), gives=("ETag",))
def get_bot_config(guild_id: int, caller: Caller) -> Response:
    """Config and rules of a server; ask with `If-None-Match` to pick up edits cheaply."""
    _check_guild(guild_id, caller)
    body = bot_settings(parts(), guild_id)
    return tagged(json_bytes(body))


@blueprint.get("/guilds/<snowflake(server):guild_id>/members/<snowflake(user):user_id>")
@for_bots
@answers(StandingAnswer)
def get_standing(guild_id: int, user_id: int, caller: Caller) -> Response:
    """A member's warning level as it is now, for a bot that is to raise it."""
    _check_guild(guild_id, caller)
    return json_answer(standing_of(parts().database, guild_id, user_id))


@blueprint.get("/changes")
@for_bots
@answers(BotChangesAnswer)
@blueprint.arguments(BotChangesQuery, location="query")
def get_all_changes(query: dict[str, Any], caller: Caller) -> Response:
    """What people decided in any server of this token, oldest first.

    Each again until its outcome is sent. Of several about one subject the last counts.
    """
    guild_ids = None if caller.covers_all else caller.bot_guild_ids
    return _changes(guild_ids, query)


@blueprint.get("/guilds/<snowflake(server):guild_id>/changes")
@for_bots
@answers(BotChangesAnswer)
@blueprint.arguments(BotChangesQuery, location="query")
def get_changes(query: dict[str, Any], guild_id: int, caller: Caller) -> Response:
    """The same of one server."""
    _check_guild(guild_id, caller)
    return _changes([guild_id], query)


@blueprint.post("/guilds/<snowflake(server):guild_id>/changes/<uuid(change):change_id>/outcome")
@for_bots
@answers(BotChangeAnswer, body=OutcomeBody, errors=(404, 409))
def put_outcome(guild_id: int, change_id: UUID, caller: Caller) -> Response:
    """Say what became of a change; `detail` is shown to people. The same again changes nothing."""
    _check_guild(guild_id, caller)
    body = json_body(OutcomeBody())
    state = BotChangeState(body["outcome"])
    try:
        after = end_change(parts(), guild_id, change_id, state, body.get("detail"))
    except NoBotChangeError as error:
        raise Problem(404, str(error)) from None
    except BotChangeEndedError as error:
        raise Problem(409, str(error)) from None
    return json_answer(after)


def _changes(guild_ids: Collection[int] | None, query: dict[str, Any]) -> Response:
    try:
        found = ask_changes(parts(), guild_ids, query.get("since"), query["limit"])
    except ValueError as error:
        raise invalid("since", str(error)) from None
    return json_answer(found)


def _check_guild(guild_id: int, caller: Caller) -> None:
    if not caller.may_ingest(guild_id):
        deny(caller, guild_id, "bot", "this token is not for this server")
