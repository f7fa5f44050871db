"""Logging in and out, and the servers a login may see."""

from __future__ import annotations

from typing import Any

from flask import Response, request
from flask_smorest import Blueprint

from api.answers import invalid, json_answer
from api.errors import Problem
from api.extension import parts
from api.guard import COOKIE, logged_in, public
from domain.roles import ROLES
from schemas.event import parse_snowflake
from services.access import SESSION_MS, Caller
from services.servers import servers_of, shown_account

blueprint = Blueprint("auth", __name__, url_prefix="/api/v1")


@blueprint.get("/config")
@public
def client_config() -> Response:
    """What a page needs before anybody is logged in."""
    settings = parts().settings
    return json_answer({"client_id": settings.discord_client_id, "demo": settings.demo})


@blueprint.post("/auth/demo")
@public
def demo_login() -> Response:
    """Look around the demo servers in a role; only while MODWATCH_DEMO=1."""
    if not parts().settings.demo:
        raise Problem(404, "there is nothing at this address")
    role = _json_object().get("role")
    if not isinstance(role, str) or role not in ROLES:
        raise invalid("role", f"must be one of {', '.join(ROLES)}")
    answer = json_answer({"success": True})
    _set_cookie(answer, parts().access.start_demo_session(role))
    return answer


@blueprint.post("/auth/logout")
@public
def logout() -> Response:
    """End the session on the server; also fine without one."""
    if secret := request.cookies.get(COOKIE):
        parts().access.end_session(secret)
    answer = json_answer({"success": True})
    answer.delete_cookie(COOKIE)
    return answer


@blueprint.get("/auth/me")
@logged_in
def me(caller: Caller) -> Response:
    """Who is logged in."""
    return json_answer(shown_account(parts().database, caller))


@blueprint.get("/servers")
@logged_in
def servers(caller: Caller) -> Response:
    """The servers in which the caller has a role."""
    return json_answer({"servers": servers_of(parts().database, caller)})


@blueprint.post("/servers/select")
@logged_in
def select_server(caller: Caller) -> Response:
    """Remember the server to open with, for this login."""
    try:
        guild_id = parse_snowflake(_json_object().get("guild_id"))
    except ValueError as error:
        raise invalid("guild_id", str(error)) from None
    if caller.role_in(guild_id) is None:
        raise Problem(403, "you have no role in this server")
    if secret := request.cookies.get(COOKIE):
        parts().access.select_guild(secret, guild_id)
    return json_answer({"success": True})


def _json_object() -> dict[str, Any]:
    if request.mimetype != "application/json":
        raise Problem(415, "send application/json")
    body = request.get_json(silent=True)
    if not isinstance(body, dict):
        raise Problem(400, "the body is not a JSON object")
    return body


def _set_cookie(answer: Response, secret: str) -> None:
    answer.set_cookie(
        COOKIE,
        secret,
        max_age=SESSION_MS // 1000,
        httponly=True,
        samesite="Lax",
        secure=parts().settings.is_https,
    )
