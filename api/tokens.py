"""API and bot tokens of a server."""

from __future__ import annotations

from uuid import UUID

from flask import Response
from flask_smorest import Blueprint

from api.answers import json_answer
from api.bodies import json_body
from api.errors import Problem
from api.extension import parts
from api.guard import guarded
from api.openapi import answers
from domain.roles import Admin, Authenticated
from schemas.answers import SuccessAnswer
from schemas.answers_guild_settings import NewTokenAnswer, TokensAnswer
from schemas.body import TokenBody
from services import guild_tokens
from services.guild_changes import NotAllowedError

blueprint = Blueprint(
    "tokens",
    __name__,
    url_prefix="/api/v1/servers/<guild_id>",
    description="Tokens for programs: API tokens with a role, bot tokens that send events.",
)


@blueprint.get("/tokens")
@guarded
@answers(TokensAnswer)
def list_tokens(who: Authenticated[Admin]) -> Response:
    """Tokens made for this server, without their secrets."""
    return json_answer({"tokens": guild_tokens.tokens_of(parts(), who.guild_id)})


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
    return json_answer(made, 201)


@blueprint.delete("/tokens/<token_id>")
@guarded
@answers(SuccessAnswer, errors=(404,))
def delete_token(token_id: str, who: Authenticated[Admin]) -> Response:
    """Revoke a token; it stops working within 5 seconds."""
    try:
        id = UUID(token_id)
    except ValueError:
        raise Problem(400, "the token id in the address must be a UUID") from None
    if not guild_tokens.revoke(parts(), who, id):
        raise Problem(404, "there is no valid token with this id in this server")
    return json_answer({"success": True})
