"""Everybody who may ask: each role, each kind of token, and whoever only looks like one of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from flask.testing import FlaskClient

from api.http.cookies import COOKIE
from domain.windows import DAY_MS, MINUTE_MS
from services.accounts.tokens import list_tokens, revoke_token
from tests.api.world import World
from tests.parts import GUILD, OTHER_GUILD

ROLES = ("viewer", "moderator", "admin", "owner")


@dataclass(frozen=True)
class Caller:
    """Somebody who asks. `role` is theirs in `guilds`; `kind` is login, token, bot or nobody."""

    name: str
    kind: str
    role: str | None
    guilds: tuple[int, ...]
    client: Callable[[World], FlaskClient]


def with_header(value: str) -> Callable[[World], FlaskClient]:
    def client(world: World) -> FlaskClient:
        made = world.web.client()
        made.environ_base["HTTP_AUTHORIZATION"] = value
        return made

    return client


def with_cookie(secret: str) -> Callable[[World], FlaskClient]:
    def client(world: World) -> FlaskClient:
        made = world.web.client()
        made.set_cookie(COOKIE, secret)
        made.environ_base["HTTP_SEC_FETCH_SITE"] = "same-origin"
        return made

    return client


def expired(world: World) -> FlaskClient:
    """Known to this process while it was good."""
    ends_ms = world.web.clock() + MINUTE_MS
    client = world.web.client(world.web.api_token(role="owner", expires_ms=ends_ms))
    assert client.get(f"/api/v1/servers/{GUILD}/metrics").status_code == 200
    world.web.clock.advance(MINUTE_MS)
    return client


def expired_login(world: World) -> FlaskClient:
    client = world.log_in("owner")
    assert client.get("/api/v1/auth/me").status_code == 200
    world.web.clock.advance(7 * DAY_MS)
    return client


def logged_out(world: World) -> FlaskClient:
    client = world.log_in("owner")
    cookie = client.get_cookie(COOKIE)
    assert cookie is not None
    assert client.post("/api/v1/auth/logout").status_code == 200
    client.set_cookie(COOKIE, cookie.value)
    return client


def revoked(world: World) -> FlaskClient:
    """Also known, to the process in which it is revoked."""
    made = world.make_token(GUILD)
    client = world.web.client(made["token"])
    assert client.get(f"/api/v1/servers/{GUILD}/metrics").status_code == 200
    assert client.delete(f"/api/v1/servers/{GUILD}/tokens/{made['id']}").status_code == 200
    return client


def revoked_bot(world: World) -> FlaskClient:
    known = {one.id for one in list_tokens(world.web.parts.database)}
    client = world.web.bot(GUILD)
    new = {one.id for one in list_tokens(world.web.parts.database)} - known
    revoke_token(world.web.parts.database, new.pop(), world.web.clock())
    return client


def token_as_cookie(world: World) -> FlaskClient:
    return with_cookie(world.web.api_token(role="owner"))(world)


def cookie_as_token(world: World) -> FlaskClient:
    return world.web.client(world.web.parts.logins.begin_demo("owner", "test"))


def bad_token_beside_a_good_cookie(world: World) -> FlaskClient:
    """Whoever sends a token means it: the cookie does not make up for it."""
    client = world.log_in("owner")
    client.environ_base["HTTP_AUTHORIZATION"] = "Bearer mw_wrong"
    return client


NOBODIES: dict[str, Callable[[World], FlaskClient]] = {
    "nobody": lambda world: world.web.client(),
    "malformed token": with_header("Bearer"),
    "unknown token": with_header("Bearer mw_" + "x" * 43),
    "another scheme": with_header("Basic b3duZXI6b3duZXI="),
    "unknown cookie": with_cookie("x" * 43),
    "expired token": expired,
    "expired login": expired_login,
    "logged out": logged_out,
    "revoked token": revoked,
    "revoked bot token": revoked_bot,
    "token as cookie": token_as_cookie,
    "cookie as token": cookie_as_token,
    "bad token and good cookie": bad_token_beside_a_good_cookie,
}


def login(role: str) -> Caller:
    return Caller(
        name=f"{role} logged in",
        kind="login",
        role=role,
        guilds=(GUILD,),
        client=lambda world: world.log_in(role),
    )


def token(role: str, *guilds: int) -> Caller:
    def client(world: World) -> FlaskClient:
        return world.web.reader(*guilds, role=role)

    return Caller(
        name=f"{role} token of {guilds}", kind="token", role=role, guilds=guilds, client=client
    )


def bot(*guilds: int) -> Caller:
    def client(world: World) -> FlaskClient:
        return world.web.bot(*guilds)

    return Caller(
        name=f"bot of {guilds or 'all'}",
        kind="bot",
        role=None,
        guilds=guilds or (GUILD,),
        client=client,
    )


CALLERS = [
    *(login(role) for role in ROLES),
    *(token(role, GUILD) for role in ROLES),
    token("owner", OTHER_GUILD),
    token("moderator", GUILD, OTHER_GUILD),
    bot(),
    bot(GUILD),
    bot(OTHER_GUILD),
    *(
        Caller(name=name, kind="nobody", role=None, guilds=(), client=client)
        for name, client in NOBODIES.items()
    ),
]
