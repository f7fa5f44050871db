"""Logging in and out, and the servers a login may see."""

from __future__ import annotations

from flask import Response, request
from flask_smorest import Blueprint

from api.answers import json_answer
from api.bodies import json_body
from api.errors import Problem
from api.extension import parts
from api.guard import COOKIE, logged_in, public
from schemas.body import DemoBody, SelectBody
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
    role: str = json_body(DemoBody())["role"]
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
    guild_id: int = json_body(SelectBody())["guild_id"]
    if caller.role_in(guild_id) is None:
        raise Problem(403, "you have no role in this server")
    if secret := request.cookies.get(COOKIE):
        parts().access.select_guild(secret, guild_id)
    return json_answer({"success": True})


def _set_cookie(answer: Response, secret: str) -> None:
    answer.set_cookie(
        COOKIE,
        secret,
        max_age=SESSION_MS // 1000,
        httponly=True,
        samesite="Lax",
        secure=parts().settings.is_https,
    )
