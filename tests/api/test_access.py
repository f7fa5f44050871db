"""Who is let in: bot tokens, API tokens, demo logins; expired, revoked, malformed, foreign."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text
from werkzeug.test import TestResponse

from api.guard import COOKIE
from domain.roles import ROLES
from domain.windows import DAY_MS, MINUTE_MS
from services.tokens import list_tokens, revoke_token
from tests.api.routes import routes
from tests.parts import GUILD, OTHER_GUILD, Web, ingest, make_web, messages, settings_for, violation
from tests.servers.valkey import Valkey

RULES = f"/api/v1/servers/{GUILD}/rules"
OWN_PAGE = {"Sec-Fetch-Site": "same-origin"}


def revoke_all(web: Web) -> None:
    """As another process would: this one hears nothing of it."""
    for token in list_tokens(web.parts.database):
        revoke_token(web.parts.database, token.id, web.clock())


def make_demo_guild(web: Web, guild_id: int = GUILD) -> None:
    ingest(web.bot(), messages(guild_id))
    with web.parts.database.write() as connection:
        statement = text("UPDATE guilds SET is_demo = true WHERE guild_id = :guild_id")
        connection.execute(statement, {"guild_id": guild_id})


def log_in(web: Web, role: str = "viewer") -> FlaskClient:
    client = web.client()
    assert client.post("/api/auth/demo", json={"role": role}).status_code == 200
    return client


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
            if refused and allowed:  # by a rule of its own, not for want of the role
                detail: str = (answer.json or {})["detail"]
                assert "may not do this" not in detail, (method, route.address)
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


def test_a_secret_is_good_only_as_what_it_was_made_for(web: Web) -> None:
    """Also where the process has just seen it as the other."""
    make_demo_guild(web)
    person, token = log_in(web), web.api_token()
    cookie = person.get_cookie(COOKIE)
    assert cookie is not None
    assert web.client(cookie.value).get(RULES).status_code == 401
    assert person.get(RULES).status_code == 200
    assert web.client(cookie.value).get(RULES).status_code == 401
    intruder = web.client()
    intruder.set_cookie(COOKIE, token)
    assert intruder.get(RULES).status_code == 401
    assert web.client(token).get(RULES).status_code == 200
    assert intruder.get(RULES).status_code == 401


def test_a_demo_login_sees_the_demo_guilds_alone(web: Web) -> None:
    make_demo_guild(web)
    ingest(web.bot(), messages(OTHER_GUILD))
    person = log_in(web, "moderator")
    me: Any = person.get("/api/auth/me").json
    assert (me["username"], me["selected_guild_id"]) == ("Demo moderator", None)
    servers: Any = person.get("/api/servers").json
    assert [(one["id"], one["role"]) for one in servers["servers"]] == [(str(GUILD), "moderator")]
    assert person.get(RULES).status_code == 200
    assert person.get(f"/api/servers/{OTHER_GUILD}/rules").status_code == 403


def test_a_login_remembers_the_selected_server(web: Web) -> None:
    make_demo_guild(web)
    person = log_in(web)
    chosen = person.post("/api/servers/select", json={"guild_id": str(GUILD)}, headers=OWN_PAGE)
    assert (chosen.status_code, chosen.json) == (200, {"success": True})
    assert (person.get("/api/auth/me").json or {})["selected_guild_id"] == str(GUILD)
    other = {"guild_id": str(OTHER_GUILD)}
    assert person.post("/api/servers/select", json=other, headers=OWN_PAGE).status_code == 403
    for wrong in ({}, {"guild_id": 7}, {"guild_id": "x"}):
        answer = person.post("/api/servers/select", json=wrong, headers=OWN_PAGE)
        assert answer.status_code == 422, wrong


def test_the_cookie_is_safe(web_on_sqlite: Web) -> None:
    answer = web_on_sqlite.client().post("/api/v1/auth/demo", json={"role": "viewer"})
    (cookie,) = answer.headers.getlist("Set-Cookie")
    attributes = [part.strip() for part in cookie.split(";")][1:]
    assert {"HttpOnly", "SameSite=Lax", "Path=/", f"Max-Age={7 * DAY_MS // 1000}"} <= set(
        attributes
    )
    assert "Secure" not in attributes  # the public address is http


def test_the_cookie_is_secure_on_https(sqlite_url: str, tmp_path: Path) -> None:
    https = {"PUBLIC_URL": "https://mod.example", "SECRET_KEY": "k" * 32}
    web = make_web(settings_for(sqlite_url, tmp_path, **https))
    assert web.client().post("/api/auth/demo", json={"role": "viewer"}).status_code == 404
    answer = web.client().post("/api/auth/logout", headers=OWN_PAGE)
    assert answer.status_code == 200
    web.parts.close()


def test_logging_out_ends_the_session_on_the_server(web: Web) -> None:
    make_demo_guild(web)
    person = log_in(web)
    cookie = person.get_cookie(COOKIE)
    assert cookie is not None
    assert person.get(RULES).status_code == 200
    answer = person.post("/api/auth/logout", headers=OWN_PAGE)
    assert (answer.status_code, answer.json) == (200, {"success": True})
    assert person.get_cookie(COOKIE) is None
    thief = web.client()
    thief.set_cookie(COOKIE, cookie.value)
    assert thief.get(RULES).status_code == 401
    assert person.post("/api/auth/logout", headers=OWN_PAGE).status_code == 200


def test_a_session_ends_after_seven_days(web: Web) -> None:
    make_demo_guild(web)
    person = log_in(web)
    web.clock.advance(7 * DAY_MS - 1)
    web.parts.access.forget()
    assert person.get(RULES).status_code == 200
    web.clock.advance(1)
    assert person.get(RULES).status_code == 401
    web.parts.access.forget()
    assert person.get(RULES).status_code == 401


def test_a_session_outlives_the_process(web: Web, valkey: Valkey, tmp_path: Path) -> None:
    make_demo_guild(web)
    cookie = log_in(web).get_cookie(COOKIE)
    assert cookie is not None
    settings = settings_for(web.parts.database.url, tmp_path, valkey.url, DEMO="1")
    web.parts.close()
    restarted = make_web(settings)
    person = restarted.client()
    person.set_cookie(COOKIE, cookie.value)
    assert person.get(RULES).status_code == 200
    restarted.parts.close()


def test_demo_logins_are_for_demos(web_alone: Web) -> None:
    answer = web_alone.client().post("/api/v1/auth/demo", json={"role": "viewer"})
    assert answer.status_code == 404


@pytest.mark.parametrize("body", [{}, {"role": "god"}, {"role": None}, {"role": ["owner"]}])
def test_roles_that_are_none(web_on_sqlite: Web, body: dict[str, Any]) -> None:
    answer = web_on_sqlite.client().post("/api/v1/auth/demo", json=body)
    assert (answer.status_code, list((answer.json or {})["errors"])) == (422, ["role"])


def _log_out(person: FlaskClient, **headers: str) -> TestResponse:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return person.post("/api/auth/logout", headers=named)


def test_other_sites_cannot_write_with_the_cookie(web_on_sqlite: Web) -> None:
    make_demo_guild(web_on_sqlite)
    person = log_in(web_on_sqlite)
    assert _log_out(person).status_code == 403
    assert _log_out(person, Origin="https://evil.example").status_code == 403
    assert _log_out(person, Origin="null").status_code == 403
    for site in ("cross-site", "same-site", "none"):
        assert _log_out(person, Sec_Fetch_Site=site).status_code == 403, site
    assert (
        _log_out(person, Sec_Fetch_Site="cross-site", Origin="http://localhost").status_code == 403
    )
    assert person.get(RULES).status_code == 200
    assert _log_out(person, Origin="http://localhost").status_code == 200
