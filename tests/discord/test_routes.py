"""The routes against Discord's own description of them."""

import httpx
import pytest

from tests.discord.conftest import Headers
from tests.discord.description import description
from tests.discord.routes import ROUTES, Route
from tests.discord.server import Discord
from tests.discord.validation import UNDESCRIBED

DESCRIBED = [route for route in ROUTES if route.template not in UNDESCRIBED]


@pytest.mark.parametrize("route", DESCRIBED, ids=lambda route: route.name)
def test_who_may_call_is_as_described(route: Route) -> None:
    operation = description()["paths"][route.template][route.method.lower()]
    schemes = [scheme for each in operation["security"] for scheme in each.items()]
    assert route.open == ({} in operation["security"])
    if not route.open:
        # A bot has no authorization of a user to tell about, though the description admits it.
        assert route.bot == ("BotToken" in dict(schemes) and route.template != "/oauth2/@me")
    scopes = dict(schemes).get("OAuth2")
    assert route.scope is None if scopes is None else route.scope in (*scopes, "")


def test_what_does_not_exist_is_404(ask: httpx.Client, as_bot: Headers) -> None:
    for path in ("nowhere", "users", "users/1/2", "guilds/1/members"):
        answer = ask.get(path, headers=as_bot)
        assert (answer.status_code, answer.json()["message"]) == (404, "404: Not Found")


def test_another_method_is_405(ask: httpx.Client, as_bot: Headers) -> None:
    for method in ("POST", "PUT", "PATCH", "DELETE"):
        assert ask.request(method, "users/@me", headers=as_bot).status_code == 405


def test_only_version_10_is_there(discord: Discord, as_bot: Headers) -> None:
    for path in ("/api/v9/users/@me", "/api/users/@me", "/users/@me"):
        assert httpx.get(discord.url + path, headers=as_bot).status_code == 404
