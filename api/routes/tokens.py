"""API and bot tokens of a server."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Response
from flask_smorest import Blueprint

from api.http.answers import invalid, json_answer, secret_answer
from api.http.bodies import json_body
from api.http.errors import Problem
from api.http.extension import parts
from api.http.guard import guarded
from api.openapi.declare import answers
from domain.roles import Admin, Authenticated
from schemas.answers.common import SuccessAnswer
from schemas.answers.guild_settings import NewTokenAnswer, TokensAnswer
from schemas.body import TokenBody
from schemas.query import PageQuery
from services.guilds import tokens as guild_tokens
from services.guilds.changes import NotAllowedError

blueprint = Blueprint(
    "tokens",
    __name__,
    url_prefix="/api/v1/servers/<snowflake(server):guild_id>",
    description="Tokens for programs: API tokens with a role, bot tokens that send events.",
)


@blueprint.get("/tokens")
@guarded
@answers(TokensAnswer)
@blueprint.arguments(PageQuery, location="query")
def list_tokens(query: dict[str, Any], who: Authenticated[Admin]) -> Response:
    """Tokens made for this server, newest first, without their secrets.

    What ended is listed for a year more.
    """
    try:
        return json_answer(guild_tokens.tokens_page(parts(), who.guild_id, **query))
    except ValueError as error:
        raise invalid("cursor", str(error)) from None


@blueprint.post("/tokens")
@guarded
@answers(NewTokenAnswer, 201, body=TokenBody)
def create_token(who: Authenticated[Admin]) -> Response:
    """Make a token for this server; its secret is in this answer and nowhere else."""
    try:
        made = guild_tokens.create(parts(), who, **json_body(TokenBody()))
    except NotAllowedError as error:
        raise Problem(403, str(error)) from None
    except ValueError as error:
        raise Problem(422, "some fields are invalid", {"role": [str(error)]}) from None
    return secret_answer(made, 201)


@blueprint.delete("/tokens/<uuid(token):token_id>")
@guarded
@answers(SuccessAnswer, errors=(404,))
def delete_token(token_id: UUID, who: Authenticated[Admin]) -> Response:
    """Revoke a token; it stops working within 5 seconds."""
    try:
        was_revoked = guild_tokens.revoke(parts(), who, token_id)
    except NotAllowedError as error:
        raise Problem(403, str(error)) from None
    if not was_revoked:
        raise Problem(404, "there is no valid token with this id in this server")
    return json_answer({"success": True})
