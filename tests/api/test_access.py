"""Who is let in with a token, of bots or of the API: expired, revoked, malformed, foreign."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from domain.roles import ROLES
from domain.windows import MINUTE_MS
from services.accounts.tokens import list_tokens, revoke_token
from tests.api.routes import routes
from tests.parts import GUILD, OTHER_GUILD, Web, ingest, messages, violation

RULES = f"/api/v1/servers/{GUILD}/rules"


def revoke_all(web: Web) -> None:
    """As another process would: this one hears nothing of it."""
    for token in list_tokens(web.parts.database):
        revoke_token(web.parts.database, token.id, web.clock())


def test_nobody_reads_without_a_login(web_on_sqlite: Web) -> None:
    for route in routes(web_on_sqlite.app):
        if route.access == "public":
            continue
        for method in route.methods:
            answer = web_on_sqlite.client().open(route.address, method=method)
            assert answer.status_code == 401, (method, route.address)
            assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_a_bot_may_send_and_nothing_else(web_on_sqlite: Web) -> None:
    bot = web_on_sqlite.bot()
    for route in routes(web_on_sqlite.app):
        if route.access in ("public", "bot"):
            continue
        for method in route.methods:
            answer = bot.open(route.address, method=method)
            assert answer.status_code == 403, (method, route.address)


def test_an_api_token_may_not_send(web_on_sqlite: Web) -> None:
    assert ingest(web_on_sqlite.reader(role="owner"), violation()).status_code == 403


@pytest.mark.parametrize("role", ROLES)
def test_every_route_asks_for_its_role(web_on_sqlite: Web, role: str) -> None:
    client = web_on_sqlite.reader(role=role)
    for route in routes(web_on_sqlite.app):
        if route.access not in ROLES:
            continue
        allowed = issubclass(ROLES[role], ROLES[route.access])
        for method in route.methods:
            answer = client.open(route.address, method=method)
            refused = answer.status_code == 403
            if refused:  # where it is allowed by a rule of its own, not for want of the role
                detail: str = (answer.json or {})["detail"]
                named = detail == f"this needs the role {route.access} in this server"
                assert named is not allowed, (method, route.address)
            assert refused or allowed, (method, route.address)


def test_a_guild_of_others_is_no_different_from_none(web: Web) -> None:
    ingest(web.bot(), messages(OTHER_GUILD))
    reader = web.reader(GUILD)
    known = reader.get(f"/api/v1/servers/{OTHER_GUILD}/rules")
    unknown = reader.get("/api/v1/servers/999/rules")
    assert known.status_code == unknown.status_code == 403
    bodies: list[Any] = [known.json, unknown.json]
    for body in bodies:
        body.pop("request_id")
    assert bodies[0] == bodies[1]


def test_a_token_for_several_guilds_reads_each(web_on_sqlite: Web) -> None:
    reader = web_on_sqlite.reader(GUILD, OTHER_GUILD)
    for guild_id in (GUILD, OTHER_GUILD):
        assert reader.get(f"/api/v1/servers/{guild_id}/rules").status_code == 200


def test_a_token_ends_when_it_expires(web: Web) -> None:
    ends_ms = web.clock() + MINUTE_MS
    reader = web.client(web.api_token(expires_ms=ends_ms))
    bot = web.client(web.bot_token(expires_ms=ends_ms))
    metrics = f"/api/v1/servers/{GUILD}/metrics"
    assert reader.get(metrics).status_code == 200
    assert reader.get(metrics).headers["X-Cache"] == "local"
    assert ingest(bot, messages()).status_code == 202
    web.clock.advance(MINUTE_MS - 1)
    assert reader.get(RULES).status_code == 200
    web.clock.advance(1)
    assert reader.get(RULES).status_code == 401
    assert reader.get(metrics).status_code == 401
    assert ingest(bot, messages()).status_code == 401


def test_a_revoked_token_is_refused(web: Web) -> None:
    reader, bot = web.reader(), web.bot()
    revoke_all(web)
    assert reader.get(RULES).status_code == 401
    assert ingest(bot, messages()).status_code == 401


def test_a_token_in_use_is_refused_soon_after_it_is_revoked(web: Web) -> None:
    """What a process knows of a token it forgets within 5 s; here it is told to."""
    reader = web.reader()
    assert reader.get(RULES).status_code == 200
    revoke_all(web)
    web.parts.access.forget()
    assert reader.get(RULES).status_code == 401


MALFORMED: list[Callable[[str], str]] = [
    lambda token: "",
    lambda token: "Bearer",
    lambda token: "Bearer ",
    lambda token: token,
    lambda token: f"Basic {token}",
    lambda token: f"Bearer {token}x",
    lambda token: f"Bearer {token[:-1]}",
    lambda token: f"Bearer {token.upper()}",
    lambda token: f"Bearer {token} {token}",
    lambda token: f"Bearer {token},Bearer {token}",
    lambda token: f"Bearer {'x' * 4_000}",
    lambda token: "Bearer \xff\xfe",
]


@pytest.mark.parametrize("place", range(len(MALFORMED)))
def test_malformed_tokens_are_a_401(web_on_sqlite: Web, place: int) -> None:
    header = MALFORMED[place](web_on_sqlite.api_token())
    answer = web_on_sqlite.client().get(RULES, headers={"Authorization": header})
    assert answer.status_code == 401


def test_the_scheme_is_the_same_in_any_case(web_on_sqlite: Web) -> None:
    token = web_on_sqlite.api_token()
    for header in (f"Bearer {token}", f"bearer {token}", f"BEARER  {token} "):
        answer = web_on_sqlite.client().get(RULES, headers={"Authorization": header})
        assert answer.status_code == 200, header
