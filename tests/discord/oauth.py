"""Routes under /oauth2 that programs call; the page for people is authorize_page.py."""

import base64
import binascii
import secrets
from collections.abc import Callable

from tests.discord.callers import Call
from tests.discord.errors import plain
from tests.discord.exchange import Answer, Request, json_answer
from tests.discord.grants import TOKEN_LIFE_SECONDS, Grant, OAuthError
from tests.discord.shapes import application_json, time_json, user_json
from tests.discord.state import Application
from tests.discord.world import World

Form = dict[str, str]


def post_token(world: World, call: Call) -> Answer:
    """A code or a refresh token for new tokens (RFC 6749, sections 4.1.3 and 6)."""
    form = _trusted_form(world.application, call.request)
    exchange = _EXCHANGES.get(form.get("grant_type", ""))
    if exchange is None:
        raise OAuthError("unsupported_grant_type", "Invalid grant_type in request.")
    grant = exchange(world, form)
    content = {
        "token_type": "Bearer",
        "access_token": grant.access_token,
        "expires_in": TOKEN_LIFE_SECONDS,
        "refresh_token": grant.refresh_token,
        "scope": " ".join(grant.scopes),
    }
    return json_answer(content, headers={"Cache-Control": "no-store"})


def post_revoke(world: World, call: Call) -> Answer:
    """All tokens of the user end; a token that nobody knows is no error (RFC 7009)."""
    form = _trusted_form(world.application, call.request)
    world.grants.revoke(_needed(form, "token"))
    return json_answer({})


def get_authorization(world: World, call: Call) -> Answer:
    grant = call.known_caller().grant
    if grant is None:
        raise plain(401)
    user = {"user": user_json(world.users[grant.user_id])} if "identify" in grant.scopes else {}
    content = {
        "application": application_json(world.application),
        "scopes": list(grant.scopes),
        "expires": time_json(grant.expires_ms),
        **user,
    }
    return json_answer(content)


def _trusted_form(application: Application, request: Request) -> Form:
    """The form of a request that proved to be Modwatch's. Raises OAuthError."""
    if request.media_type() != "application/x-www-form-urlencoded":
        raise OAuthError("invalid_request", "Content-Type must be x-www-form-urlencoded.")
    form = request.form()
    client_id, secret = _credentials(request, form)
    right = secrets.compare_digest(secret.encode(), application.client_secret.encode())
    if client_id != str(application.id) or not right:
        raise OAuthError("invalid_client", status=401)
    return form


def _credentials(request: Request, form: Form) -> tuple[str, str]:
    kind, _, encoded = request.headers.get("authorization", "").partition(" ")
    if kind.lower() != "basic":
        return form.get("client_id", ""), form.get("client_secret", "")
    try:
        client_id, _, secret = base64.b64decode(encoded, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        raise OAuthError("invalid_client", status=401) from None
    return client_id, secret


def _redeem(world: World, form: Form) -> Grant:
    redirect_uri = _needed(form, "redirect_uri")
    return world.grants.redeem(_needed(form, "code"), redirect_uri, form.get("code_verifier"))


def _refresh(world: World, form: Form) -> Grant:
    return world.grants.refresh(_needed(form, "refresh_token"))


def _needed(form: Form, name: str) -> str:
    if not form.get(name):
        raise OAuthError("invalid_request", f'Missing "{name}" in request.')
    return form[name]


_EXCHANGES: dict[str, Callable[[World, Form], Grant]] = {
    "authorization_code": _redeem,
    "refresh_token": _refresh,
}
