"""How far decisions have come on their way to the bot, for people."""

from __future__ import annotations

from typing import Any

from flask import Response
from flask_smorest import Blueprint

from api.http.answers import invalid, json_answer
from api.http.extension import parts
from api.http.guard import guarded
from api.openapi.declare import answers
from domain.roles import Authenticated, Viewer
from schemas.answers.bot_changes import ShownBotChangesAnswer
from schemas.bot_changes import ShownBotChangesQuery
from services.bot.changes import shown_changes

blueprint = Blueprint(
    "bot_changes",
    __name__,
    url_prefix="/api/v1/servers/<snowflake(server):guild_id>",
    description="What the bot was told of decisions, and what became of it.",
)


@blueprint.get("/bot-changes")
@guarded
@answers(ShownBotChangesAnswer)
@blueprint.arguments(ShownBotChangesQuery, location="query")
def list_bot_changes(query: dict[str, Any], who: Authenticated[Viewer]) -> Response:
    """Decisions of the last 30 days that the bot is to carry out, newest first.

    A page is 1 MB at most, and has fewer of them where they are long.
    """
    subject, cursor = query.get("subject"), query.get("cursor")
    try:
        return json_answer(shown_changes(parts(), who.guild_id, query["limit"], subject, cursor))
    except ValueError as error:
        raise invalid("cursor", str(error)) from None
