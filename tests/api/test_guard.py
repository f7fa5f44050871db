"""A route that does not say who may call it stops the start."""

from __future__ import annotations

import pytest
from flask import Flask

from api.guard import UndeclaredRouteError, guarded, logged_in, public, refuse_undeclared
from domain.roles import Authenticated, Viewer
from tests.api.routes import routes
from tests.parts import Web


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
    assert public_writes == {"/api/v1/auth/demo", "/api/v1/auth/logout"}


def test_only_these_need_no_login(web_on_sqlite: Web) -> None:
    public_reads = {
        route.rule.rule
        for route in routes(web_on_sqlite.app)
        if route.access == "public" and "GET" in route.methods
    }
    assert not [rule for rule in public_reads if "guild_id" in rule]
