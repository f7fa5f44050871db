"""Who logs in comes back to the place on the page where that began."""

from __future__ import annotations

from dataclasses import replace

import pytest

from api.routes.auth import HANDSHAKE_COOKIE
from services.accounts.handshakes import MOST_SEALED
from tests.login.callbacks import begin
from tests.login.site import (
    Site,
    browser,
    status,
)
from tests.parts import Web

PLACE = "/?guild=5555&severity=high&q=%D1%8F#violations"


def test_the_place_on_the_page_survives_the_login(site: Site, web: Web, ada: int) -> None:
    client = browser(web)
    back = client.get(site.agree(begin(client, PLACE), ada))
    assert back.headers["Location"] == PLACE
    assert status(client) == 200


def test_the_place_survives_a_failed_login_too(site: Site, web: Web) -> None:
    client = browser(web)
    back = client.get(site.agree(begin(client, PLACE), "nobody"))
    assert back.headers["Location"] == PLACE.replace("?", "?error=auth_failed&")


def test_below_a_path_one_comes_back_below_it(site: Site, ada: int) -> None:
    below = "http://127.0.0.1:8000/modwatch"
    site.discord.world.allow_redirect(f"{below}/api/auth/callback")
    web = site.web(replace(site.settings, public_url=below))
    client = browser(web)
    back = site.agree(begin(client, PLACE), ada)
    assert back.startswith("/modwatch/api/auth/callback?")
    for address in (back, back.removeprefix("/modwatch")):  # the proxy takes the path off, or not
        answer = client.get(address)
        assert answer.headers["Location"].startswith("/modwatch/?")
        assert answer.headers["Location"].endswith("#violations" if address == back else "failed")
    section = client.get("/violations?severity=high").headers["Location"]
    assert section == "/modwatch/?severity=high#violations"


@pytest.mark.parametrize("first", [0, 1])
def test_two_tabs_log_in_and_each_comes_back_to_its_place(
    site: Site, web: Web, ada: int, first: int
) -> None:
    client, places = browser(web), ("/?guild=1#rules", "/?guild=2&period=week")
    tabs = [begin(client, place) for place in places]
    for at in (first, 1 - first):
        assert client.get(site.agree(tabs[at], ada)).headers["Location"] == places[at]
        assert status(client) == 200
    assert client.get_cookie(HANDSHAKE_COOKIE) is None


def test_the_newest_of_many_tabs_fit_in_the_cookie(site: Site, web: Web, ada: int) -> None:
    client, places = browser(web), [f"/?q={at}{'x' * 1_490}" for at in range(9)]
    tabs = [begin(client, place) for place in places]
    cookie = client.get_cookie(HANDSHAKE_COOKIE)
    assert cookie is not None
    assert len(cookie.value) <= MOST_SEALED
    assert client.get(site.agree(tabs[-1], ada)).headers["Location"] == places[-1]


@pytest.mark.parametrize(
    "place",
    [
        "//evil.example",
        "/\\evil.example",
        "https://evil.example/",
        "/other",
        "/?a\r\nSet-Cookie: x=y",
        "/\n",
        "/? ",
        "?q",
        "/?\u044f",
        "/?" + "x" * 1_500,
    ],
)
def test_a_place_elsewhere_is_refused(web: Web, place: str) -> None:
    client = browser(web)
    answer = client.get("/api/auth/login", query_string={"next": place})
    assert answer.status_code == 422
    assert list((answer.json or {})["errors"]) == ["next"]
    assert client.get_cookie(HANDSHAKE_COOKIE) is None
