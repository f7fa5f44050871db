"""A route that does not say who may call it stops the start."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from flask import Flask

from api.http.cookies import COOKIE
from api.http.guard import (
    UndeclaredRouteError,
    guarded,
    logged_in,
    public,
    refuse_undeclared,
)
from domain.roles import Authenticated, Viewer
from models.demo_guild import add_demo_guilds
from tests.api.routes import VIOLATION, routes
from tests.parts import GUILD, OTHER_GUILD, Web, ingest, make_web, settings_for, violation


def app_with(view: object) -> Flask:
    app = Flask("small", static_folder=None)
    app.add_url_rule("/servers/<guild_id>/things", view_func=view)  # type: ignore[arg-type]
    return app


def test_a_route_without_a_word_is_refused() -> None:
    def things(guild_id: str) -> str:
        return guild_id

    with pytest.raises(UndeclaredRouteError, match="/servers/<guild_id>/things"):
        refuse_undeclared(app_with(things))


def test_flasks_own_static_route_is_refused_too() -> None:
    with pytest.raises(UndeclaredRouteError, match="/static/"):
        refuse_undeclared(Flask("small"))


def test_a_guarded_route_without_a_role_is_refused() -> None:
    def no_role(guild_id: int) -> str:
        return str(guild_id)

    def wrong(who: Viewer) -> str:
        return str(who)

    for view in (no_role, wrong):
        with pytest.raises(UndeclaredRouteError, match=view.__name__):
            guarded(view)


def test_declared_routes_are_fine() -> None:
    def for_viewers(who: Authenticated[Viewer]) -> str:
        return str(who)

    def for_all() -> str:
        return ""

    for view in (guarded(for_viewers), public(for_all), logged_in(for_all)):
        refuse_undeclared(app_with(view))


def test_nothing_that_writes_is_public_but_logins(web_on_sqlite: Web) -> None:
    public_writes = {
        route.address
        for route in routes(web_on_sqlite.app)
        if route.access == "public" and route.methods - {"GET"}
    }
    # RFC 8058: the token in the address is the proof.
    stops = {f"/{what}/stop/{VIOLATION}" for what in ("notifications", "reports")}
    assert public_writes == {"/api/v1/auth/demo", "/api/v1/auth/logout", *stops}


def test_only_these_need_no_login(web_on_sqlite: Web) -> None:
    public_reads = {
        route.rule.rule
        for route in routes(web_on_sqlite.app)
        if route.access == "public" and "GET" in route.methods
    }
    assert not [rule for rule in public_reads if "guild_id" in rule]


def test_a_denial_is_logged_with_who_where_and_what(
    sqlite_url: str,
    tmp_path: Path,
    capfd: pytest.CaptureFixture[str],
) -> None:
    web = make_web(settings_for(sqlite_url, tmp_path, DEMO="1", LOG_LEVEL="warning"))
    with web.parts.database.write() as connection:
        add_demo_guilds(connection, [(GUILD, web.clock())])
    viewer, bot, person = web.reader(role="viewer"), web.bot(OTHER_GUILD), web.client()
    person.set_cookie(COOKIE, web.parts.logins.begin_demo("viewer", "test"))
    person.environ_base["HTTP_SEC_FETCH_SITE"] = "same-origin"
    refused = [
        viewer.delete(f"/api/v1/servers/{GUILD}/rules"),
        bot.get(f"/api/v1/bot/guilds/{GUILD}/config"),
        ingest(bot, violation()),
        person.put(f"/api/v1/servers/{GUILD}/rules", json={"rules": "x"}),
        person.post("/api/v1/servers/select", json={"guild_id": str(OTHER_GUILD)}),
    ]
    web.parts.close()
    assert [answer.status_code for answer in refused] == [403] * 5
    said = [line for line in capfd.readouterr().err.splitlines() if '"denied"' in line]
    denials = [json.loads(line) for line in said]
    assert [(one["guild_id"], one["permission"]) for one in denials] == [
        (str(GUILD), "owner"),
        (str(GUILD), "bot"),
        (str(GUILD), "bot"),
        (str(GUILD), "admin"),
        (str(OTHER_GUILD), "viewer"),
    ]
    assert [bool(one["token_id"]) for one in denials] == [True] * 3 + [False] * 2
    assert [bool(one["user_id"]) for one in denials] == [False] * 3 + [True] * 2
    told = [answer.headers["X-Request-Id"] for answer in refused]
    assert [one["request_id"] for one in denials] == told
