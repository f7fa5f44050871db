"""Logins of people with a cookie: what they see, how long they last, and who can write with one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text
from werkzeug.test import TestResponse

from api.http.cookies import COOKIE
from domain.windows import DAY_MS
from services.users.names import WANTED
from tests.parts import GUILD, OTHER_GUILD, Web, ingest, make_web, messages, settings_for
from tests.servers.valkey import Valkey

RULES = f"/api/v1/servers/{GUILD}/rules"
OWN_PAGE = {"Sec-Fetch-Site": "same-origin"}


def make_demo_guild(web: Web, guild_id: int = GUILD) -> None:
    ingest(web.bot(), messages(guild_id))
    with web.parts.database.write() as connection:
        statement = text("UPDATE guilds SET is_demo = true WHERE guild_id = :guild_id")
        connection.execute(statement, {"guild_id": guild_id})


def log_in(web: Web, role: str = "viewer") -> FlaskClient:
    client = web.client()
    assert client.post("/api/auth/demo", json={"role": role}).status_code == 200
    return client


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


def test_a_demo_visitor_is_one_of_their_own(web_on_sqlite: Web) -> None:
    """Two once were one person: the first to log out everywhere ended the other's visit."""
    visitors = [web_on_sqlite.client(), web_on_sqlite.client()]
    for visitor in visitors:
        assert visitor.post("/api/auth/demo", json={"role": "owner"}).status_code == 200
    first, second = [(visitor.get("/api/auth/me").json or {}) for visitor in visitors]
    assert first["id"] != second["id"]
    assert first["username"] == second["username"] == "Demo owner"
    assert visitors[0].delete("/api/auth/sessions", headers=OWN_PAGE).json == {"ended": 1}
    assert visitors[1].get("/api/auth/me").status_code == 200


def test_what_a_demo_visitor_does_is_done_by_name(web_on_sqlite: Web) -> None:
    """Months later too, and without asking Discord, which knows nobody of that number."""
    web = web_on_sqlite
    make_demo_guild(web)
    owner = log_in(web, "owner")
    assert owner.put(RULES, json={"rules": "be kind"}, headers=OWN_PAGE).status_code == 200
    WANTED.take()
    shown: Any = owner.get(RULES).json
    logged: Any = owner.get(f"/api/v1/servers/{GUILD}/audit-log").json
    assert shown["updated_by_username"] == "Demo owner"
    assert [one["username"] for one in logged["entries"]] == ["Demo owner"]
    assert WANTED.take() == {}
