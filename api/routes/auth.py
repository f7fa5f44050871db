"""Logging in and out, the person's logins, and the servers a login may see."""

from __future__ import annotations

from urllib.parse import urlsplit
from uuid import UUID

import structlog
from flask import Response, redirect, request
from flask_smorest import Blueprint
from werkzeug.wrappers import Response as AnyResponse

from adapters.telemetry.seldom import say_seldom
from api.http.answers import json_answer, tagged
from api.http.bodies import json_body
from api.http.cookies import drop_cookie, drop_session, sent_session, set_cookie, set_session
from api.http.errors import Problem
from api.http.extension import parts
from api.http.guard import (
    NO_ROLE,
    deny,
    logged_in,
    public,
)
from api.openapi.declare import answers
from schemas.answers.accounts import (
    AccountAnswer,
    ClientConfigAnswer,
    EndedAnswer,
    ServersAnswer,
    ServersAtOnceAnswer,
    SessionsAnswer,
)
from schemas.answers.common import SuccessAnswer
from schemas.body import DemoBody, SelectBody
from schemas.query import CallbackQuery, LoginQuery
from services.accounts.callers import Caller
from services.accounts.handshakes import HANDSHAKE_SECONDS, LoginFailedError
from services.accounts.logins import LOGIN_MS
from services.accounts.servers import servers_of, shown_account
from services.guilds.attention import servers_at_once

blueprint = Blueprint(
    "auth",
    __name__,
    url_prefix="/api/v1",
    description="Logging in through Discord, one's logins, and the servers one may see.",
)

HANDSHAKE_COOKIE = "modwatch_handshake"
FAILED = "error=auth_failed"
DONE = {"success": True}
LOOPBACK = {"localhost", "127.0.0.1", "::1"}
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
@answers(None, 302, errors=(422, 503), gives=("Location",))
@blueprint.arguments(LoginQuery, location="query")
def login(query: dict[str, str]) -> AnyResponse:
    """On to Discord's page, which asks for consent and sends the person back.

    The page then shows `next`: its own address from the query on, with the server and filters that
    the person was about to look at. Two tabs may log in at once.
    """
    if not parts().discord.is_configured:
        raise Problem(503, "no Discord application is set up", headers={"Retry-After": "3600"})
    if (elsewhere := _public_name(parts().settings.public_url)) is not None:
        return redirect(elsewhere)
    before = request.cookies.get(HANDSHAKE_COOKIE, "")
    url, handshakes = parts().logins.begin(before, query["next"])
    answer = redirect(url)
    set_cookie(answer, HANDSHAKE_COOKIE, handshakes, HANDSHAKE_SECONDS)
    return answer


@blueprint.get("/auth/callback")
@public
@answers(None, 302, query=CallbackQuery, errors=(503,), gives=("Location",))
def callback() -> AnyResponse:
    """Where Discord sends people back to: starts the login and goes on to the page."""
    logins, held = parts().logins, request.cookies.get(HANDSHAKE_COOKIE, "")
    try:
        handshake, held = logins.handshakes.take(held, request.args.get("state", ""))
        code = request.args.get("code", "")
        secret = logins.complete(code, handshake, request.user_agent.string, sent_session())
    except LoginFailedError as error:
        why = str(error)
        say_seldom(_log.warning, "login_failed", same=f"login_failed: {why}", reason=why)
        answer = _to_page(error.place, FAILED)
    else:
        answer = _to_page(handshake.place)
        set_session(answer, secret, LOGIN_MS // 1000)
    _keep_handshakes(answer, held)
    return answer


def _public_name(public_url: str) -> str | None:
    """This address by the name that Discord sends people back to, where it came by another.

    `localhost` and 127.0.0.1 are one machine, and two sites to a browser: a cookie of one is not
    sent to the other.
    """
    public, asked = urlsplit(public_url), urlsplit(request.url)
    names = {public.hostname, asked.hostname}
    if len(names) == 1 or names - LOOPBACK or public.port != asked.port:
        return None
    return asked._replace(scheme=public.scheme, netloc=public.netloc).geturl()


def _to_page(place: str, told: str = "") -> AnyResponse:
    """To a place on the page, as `/?guild=42#rules`, which is `told` something in its query."""
    address = urlsplit(place)
    query = "&".join(filter(None, (told, address.query)))
    return redirect(request.root_path.rstrip("/") + address._replace(query=query).geturl())


def _keep_handshakes(answer: AnyResponse, held: str) -> None:
    """Those of other tabs, which are still on Discord's page."""
    if held and parts().logins.handshakes.holds(held):
        set_cookie(answer, HANDSHAKE_COOKIE, held, HANDSHAKE_SECONDS)
    else:
        drop_cookie(answer, HANDSHAKE_COOKIE)


@blueprint.post("/auth/demo")
@public
@answers(SuccessAnswer, body=DemoBody, errors=(404, 503))
def demo_login() -> Response:
    """Look around the demo servers in a role; only while MODWATCH_DEMO=1."""
    if not parts().settings.demo:
        raise Problem(404, "there is nothing at this address")
    role: str = json_body(DemoBody())["role"]
    answer = json_answer(DONE)
    secret = parts().logins.begin_demo(role, request.user_agent.string, sent_session())
    set_session(answer, secret, LOGIN_MS // 1000)
    return answer


@blueprint.post("/auth/logout")
@public
@answers(SuccessAnswer, errors=(503,))
def logout() -> Response:
    """End the login on the server; also fine without one."""
    if secret := sent_session():
        parts().logins.end(secret)
        parts().access.forget()
    answer = json_answer(DONE)
    drop_session(answer)
    return answer


@blueprint.get("/auth/sessions")
@logged_in
@answers(SessionsAnswer, security="cookie")
def sessions(caller: Caller) -> Response:
    """The person's logins, on whatever device."""
    user_id = _person(caller)
    return json_answer({"sessions": parts().logins.of_user(user_id, sent_session())})


@blueprint.delete("/auth/sessions")
@logged_in
@answers(EndedAnswer, security="cookie")
def end_sessions(caller: Caller) -> Response:
    """Log out everywhere, here too."""
    ended = parts().logins.end_all(_person(caller))
    parts().access.forget()
    answer = json_answer({"ended": ended})
    drop_session(answer)
    return answer


@blueprint.delete("/auth/sessions/<uuid(session):session_id>")
@logged_in
@answers(SuccessAnswer, errors=(404,), security="cookie")
def end_session(session_id: UUID, caller: Caller) -> Response:
    """End one of the person's logins."""
    if not parts().logins.end_one(_person(caller), session_id):
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


@blueprint.get("/servers/overview")
@logged_in
@answers(ServersAtOnceAnswer, takes=("If-None-Match",), gives=("ETag",))
def servers_overview(caller: Caller) -> Response:
    """What waits in each server of the caller, what needs somebody first."""
    return tagged(json_answer(servers_at_once(parts().database, caller, parts().clock())))


@blueprint.post("/servers/select")
@logged_in
@answers(SuccessAnswer, body=SelectBody)
def select_server(caller: Caller) -> Response:
    """Remember the server to open with, for this login."""
    guild_id: int = json_body(SelectBody())["guild_id"]
    if caller.role_in(guild_id) is None:
        deny(caller, guild_id, "viewer", NO_ROLE)
    if secret := sent_session():
        parts().logins.select_guild(secret, guild_id)
        parts().access.forget()
    return json_answer(DONE)


def _person(caller: Caller) -> int:
    if caller.kind != "session" or caller.user_id is None:
        raise Problem(403, "only a person who is logged in has sessions")
    return caller.user_id
