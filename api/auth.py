"""Logging in and out, the person's logins, and the servers a login may see."""

from __future__ import annotations

from uuid import UUID

import structlog
from flask import Response, redirect, request
from flask_smorest import Blueprint
from werkzeug.wrappers import Response as AnyResponse

from api.answers import json_answer
from api.bodies import json_body
from api.errors import Problem
from api.extension import parts
from api.guard import COOKIE, deny, logged_in, public
from api.openapi import answers
from schemas.answers import SuccessAnswer
from schemas.answers_accounts import (
    AccountAnswer,
    ClientConfigAnswer,
    EndedAnswer,
    ServersAnswer,
    SessionsAnswer,
)
from schemas.body import DemoBody, SelectBody
from schemas.query import CallbackQuery
from services.access import Caller
from services.logins import HANDSHAKE_SECONDS, LOGIN_MS, LoginFailedError
from services.servers import servers_of, shown_account

blueprint = Blueprint(
    "auth",
    __name__,
    url_prefix="/api/v1",
    description="Logging in through Discord, one's logins, and the servers one may see.",
)

HANDSHAKE_COOKIE = "modwatch_handshake"
FAILED = "/?error=auth_failed"
DONE = {"success": True}
_log = structlog.get_logger()


@blueprint.get("/config")
@public
@answers(ClientConfigAnswer)
def client_config() -> Response:
    """What a page needs before anybody is logged in."""
    settings = parts().settings
    return json_answer({"client_id": settings.discord_client_id, "demo": settings.demo})


@blueprint.get("/auth/login")
@public
@answers(None, 302, errors=(503,), gives=("Location",))
def login() -> AnyResponse:
    """On to Discord's page, which asks for consent and sends the person back."""
    if not parts().discord.is_configured:
        raise Problem(503, "no Discord application is set up", headers={"Retry-After": "3600"})
    url, handshake = parts().logins.begin()
    answer = redirect(url)
    _set_cookie(answer, HANDSHAKE_COOKIE, handshake, HANDSHAKE_SECONDS)
    return answer


@blueprint.get("/auth/callback")
@public
@answers(None, 302, query=CallbackQuery, errors=(503,), gives=("Location",))
def callback() -> AnyResponse:
    """Where Discord sends people back to: starts the login and goes on to the page."""
    code, state = request.args.get("code", ""), request.args.get("state", "")
    handshake = request.cookies.get(HANDSHAKE_COOKIE, "")
    try:
        secret = parts().logins.complete(code, state, handshake, request.user_agent.string)
    except LoginFailedError as error:
        _log.warning("login_failed", reason=str(error))
        answer = redirect(FAILED)
    else:
        answer = redirect("/")
        _set_cookie(answer, COOKIE, secret, LOGIN_MS // 1000)
    answer.delete_cookie(HANDSHAKE_COOKIE)
    return answer


@blueprint.post("/auth/demo")
@public
@answers(SuccessAnswer, body=DemoBody, errors=(404, 503))
def demo_login() -> Response:
    """Look around the demo servers in a role; only while MODWATCH_DEMO=1."""
    if not parts().settings.demo:
        raise Problem(404, "there is nothing at this address")
    role: str = json_body(DemoBody())["role"]
    answer = json_answer(DONE)
    secret = parts().logins.begin_demo(role, request.user_agent.string)
    _set_cookie(answer, COOKIE, secret, LOGIN_MS // 1000)
    return answer


@blueprint.post("/auth/logout")
@public
@answers(SuccessAnswer, errors=(503,))
def logout() -> Response:
    """End the login on the server; also fine without one."""
    if secret := request.cookies.get(COOKIE):
        parts().logins.end(secret)
        parts().access.forget()
    answer = json_answer(DONE)
    answer.delete_cookie(COOKIE)
    return answer


@blueprint.get("/auth/sessions")
@logged_in
@answers(SessionsAnswer, security="cookie")
def sessions(caller: Caller) -> Response:
    """The person's logins, on whatever device."""
    user_id = _person(caller)
    return json_answer({"sessions": parts().logins.of_user(user_id, request.cookies[COOKIE])})


@blueprint.delete("/auth/sessions")
@logged_in
@answers(EndedAnswer, security="cookie")
def end_sessions(caller: Caller) -> Response:
    """Log out everywhere, here too."""
    ended = parts().logins.end_all(_person(caller))
    parts().access.forget()
    answer = json_answer({"ended": ended})
    answer.delete_cookie(COOKIE)
    return answer


@blueprint.delete("/auth/sessions/<session_id>")
@logged_in
@answers(SuccessAnswer, errors=(404,), security="cookie")
def end_session(session_id: str, caller: Caller) -> Response:
    """End one of the person's logins."""
    try:
        id = UUID(session_id)
    except ValueError:
        raise Problem(400, "the session id in the address must be a UUID") from None
    if not parts().logins.end_one(_person(caller), id):
        raise Problem(404, "you have no session with this id")
    parts().access.forget()
    return json_answer(DONE)


@blueprint.get("/auth/me")
@logged_in
@answers(AccountAnswer)
def me(caller: Caller) -> Response:
    """Who is logged in."""
    return json_answer(shown_account(parts().database, caller))


@blueprint.get("/servers")
@logged_in
@answers(ServersAnswer)
def servers(caller: Caller) -> Response:
    """The servers in which the caller has a role."""
    return json_answer({"servers": servers_of(parts().database, caller)})


@blueprint.post("/servers/select")
@logged_in
@answers(SuccessAnswer, body=SelectBody)
def select_server(caller: Caller) -> Response:
    """Remember the server to open with, for this login."""
    guild_id: int = json_body(SelectBody())["guild_id"]
    if caller.role_in(guild_id) is None:
        deny(caller, guild_id, "viewer", "you have no role in this server")
    if secret := request.cookies.get(COOKIE):
        parts().logins.select_guild(secret, guild_id)
        parts().access.forget()
    return json_answer(DONE)


def _person(caller: Caller) -> int:
    if caller.kind != "session" or caller.user_id is None:
        raise Problem(403, "only a person who is logged in has sessions")
    return caller.user_id


def _set_cookie(answer: AnyResponse, name: str, value: str, max_age_seconds: int) -> None:
    answer.set_cookie(
        name,
        value,
        max_age=max_age_seconds,
        httponly=True,
        samesite="Lax",
        secure=parts().settings.is_https,
    )
