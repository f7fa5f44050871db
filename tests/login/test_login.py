"""The way to Discord and back: state, PKCE, and everything that may be wrong with it."""

from __future__ import annotations

import json
from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

import pytest

from api.http.cookies import COOKIE, session_cookie
from api.routes.auth import HANDSHAKE_COOKIE
from tests.discord.grants import s256
from tests.discord.logins import CALLBACK, SCOPE
from tests.login.callbacks import altered, assert_failed, begin
from tests.login.site import (
    FAILED,
    GUILDS,
    ME,
    TOKEN,
    Site,
    at_once,
    browser,
    logins_in,
    secret_of,
    status,
)
from tests.parts import Web


def test_a_login_goes_to_discord_and_comes_back(site: Site, web: Web, ada: int) -> None:
    client = browser(web)
    address = begin(client)
    assert address.startswith(f"{site.discord.url}/oauth2/authorize?")
    asked = parse_qs(urlsplit(address).query)
    assert asked["scope"] == [SCOPE]
    assert asked["redirect_uri"] == [CALLBACK]
    assert asked["code_challenge_method"] == ["S256"]
    answer = client.get(site.agree(address, ada))
    assert (answer.status_code, answer.headers["Location"]) == (302, "/")
    me = client.get("/api/auth/me").json or {}
    assert me.pop("avatar").startswith("https://cdn.discordapp.com/")
    assert me == {"id": str(ada), "username": "ada", "selected_guild_id": None}
    assert client.get_cookie(HANDSHAKE_COOKIE) is None


def test_each_login_has_its_own_state_and_challenge(web: Web) -> None:
    asked = [parse_qs(urlsplit(begin(browser(web))).query) for _ in range(5)]
    for name in ("state", "code_challenge"):
        values = {each[name][0] for each in asked}
        assert len(values) == 5
        assert min(map(len, values)) >= 32


def test_a_code_of_another_login_is_refused(site: Site, web: Web, ada: int) -> None:
    """PKCE: a stolen code is of no use in another browser, though its state is right."""
    client, thief = browser(web), browser(web)
    stolen = parse_qs(urlsplit(site.agree(begin(client), ada)).query)["code"][0]
    own = site.agree(begin(thief), site.person("mallory"))
    assert_failed(thief.get(altered(own, code=stolen)), thief, web)
    assert site.discord.journal.count(TOKEN, 400) == 1


def test_a_challenge_swapped_on_the_way_is_refused(site: Site, web: Web, ada: int) -> None:
    client = browser(web)
    address = altered(begin(client), code_challenge=s256("w" * 43))
    assert_failed(client.get(site.agree(address, ada)), client, web)


def test_a_challenge_cut_out_on_the_way_is_refused(site: Site, web: Web, ada: int) -> None:
    client = browser(web)
    address = altered(begin(client), code_challenge="", code_challenge_method="")
    assert_failed(client.get(site.agree(address, ada)), client, web)


def test_coming_back_twice_is_one_login(site: Site, web: Web, ada: int) -> None:
    client = browser(web)
    back = site.agree(begin(client), ada)
    assert client.get(back).headers["Location"] == "/"
    secret = secret_of(client)
    assert client.get(back).headers["Location"] == FAILED
    assert (secret_of(client), status(client), logins_in(web)) == (secret, 200, 1)


def test_the_same_code_at_once_is_one_login(site: Site, web: Web, ada: int) -> None:
    client = browser(web)
    back = site.agree(begin(client), ada)
    cookie = client.get_cookie(HANDSHAKE_COOKIE)
    assert cookie is not None

    def come_back(_: int) -> str:
        tab = browser(web)
        tab.set_cookie(HANDSHAKE_COOKIE, cookie.value)
        return str(tab.get(back).headers["Location"])

    assert sorted(at_once(6, come_back)) == ["/", *[FAILED] * 5]
    assert logins_in(web) == 1


def test_saying_no_is_no_login(site: Site, web: Web) -> None:
    client = browser(web)
    assert_failed(site.come_back(client, "nobody"), client, web)
    assert site.discord.journal.count(TOKEN) == 0


def test_a_callback_out_of_nowhere_is_no_login(site: Site, web: Web) -> None:
    client = browser(web)
    for query in (
        "",
        "error=access_denied",
        "error=server_error&error_description=x",
        "code=&state=",
        "code=x",
        "state=x",
        "code=a&code=b&state=c",
    ):
        begin(client)
        assert_failed(client.get(f"/api/auth/callback?{query}"), client, web, waiting=True)
    assert site.discord.journal.counts() == {}


def test_a_failed_login_leaves_the_one_before(site: Site, web: Web, ada: int) -> None:
    client = site.browser(web, ada)
    assert site.come_back(client, "nobody").headers["Location"] == FAILED
    assert status(client) == 200


@pytest.mark.parametrize("route", [TOKEN, ME])
def test_discords_trouble_is_a_failed_login(site: Site, web: Web, ada: int, route: str) -> None:
    client = browser(web)
    for trouble in (0, 401, 403, 404, 429, 500, 503):
        site.discord.faults.fail(route, trouble)
        assert_failed(site.come_back(client, ada), client, web)
    assert site.come_back(client, ada).headers["Location"] == "/"


@pytest.mark.parametrize("route", [TOKEN, ME])
def test_answers_that_make_no_sense_are_a_failed_login(
    site: Site, web: Web, ada: int, route: str
) -> None:
    client = browser(web)
    for body in ("", "{", "null", "[]", "{}", '"x"', '{"id": "x"}', "\x00"):
        site.discord.faults.fail(route, 200, body=body)
        assert_failed(site.come_back(client, ada), client, web)


def test_half_a_token_is_none(site: Site, web: Web, ada: int) -> None:
    client = browser(web)
    whole = {"access_token": "a", "refresh_token": "r", "expires_in": 604_800}
    for missing in whole:
        rest = {name: value for name, value in whole.items() if name != missing}
        site.discord.faults.fail(TOKEN, 200, body=json.dumps(rest))
        assert_failed(site.come_back(client, ada), client, web)


def test_nobody_logs_in_while_discord_is_away(site: Site, web: Web, ada: int) -> None:
    client = browser(web)
    back = site.agree(begin(client), ada)
    site.discord.go_away()
    assert_failed(client.get(back), client, web)
    site.discord.come_back()
    assert site.come_back(client, ada).headers["Location"] == "/"


def test_logging_in_asks_discord_only_what_it_must(site: Site, web: Web, ada: int) -> None:
    client = site.browser(web, ada)
    assert status(client) == 200
    counts = site.discord.journal.counts()
    assert counts == {"GET /oauth2/authorize": 1, TOKEN: 1, ME: 1, GUILDS: 1}


def test_without_a_discord_application_there_is_no_login(site: Site) -> None:
    web = site.web(replace(site.settings, discord_client_id=None))
    answer = browser(web).get("/api/auth/login")
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "3600")
    assert browser(web).get("/api/auth/callback?code=x&state=y").headers["Location"] == FAILED


def test_a_login_over_a_login_ends_the_first(site: Site, web: Web, ada: int) -> None:
    client = site.browser(web, ada)
    first = client.get_cookie(COOKIE)
    assert first is not None
    client.get(site.agree(begin(client, "/"), ada))
    assert status(client) == 200
    stale = browser(web)
    stale.set_cookie(COOKIE, first.value)
    site.time_passes(5_000)
    assert status(stale) == 401
    assert status(client) == 200  # Discord's tokens, which end together, live on with it


@pytest.mark.parametrize(("path", "prefix"), [("", "__Host-"), ("/modwatch", "__Secure-")])
def test_on_https_the_cookie_is_the_hosts_own(site: Site, path: str, prefix: str) -> None:
    web = site.web(replace(site.settings, public_url=f"https://modwatch.example{path}"))
    answer = web.app.test_client().get("/health/live")
    assert answer.headers["Strict-Transport-Security"] == "max-age=31536000"
    assert session_cookie(web.parts.settings) == f"{prefix}{COOKIE}"
    stale = web.app.test_client()
    stale.set_cookie(COOKIE, site.log_in(site.web(), site.person("grace")))
    assert status(stale) == 401  # a name that any neighbour could have set


@pytest.mark.parametrize("name", ["localhost", "[::1]"])
def test_a_login_under_another_name_of_this_machine_goes_on_under_ours(
    site: Site, web: Web, name: str
) -> None:
    """To a browser these are two sites: what one was given is not sent to the other."""
    client = browser(web)
    path = "/api/auth/login?next=/%23rules"
    answer = client.get(path, base_url=f"http://{name}:8000")
    assert (answer.status_code, answer.headers["Location"]) == (
        302,
        f"http://127.0.0.1:8000{path.replace('/api/', '/api/v1/')}",
    )
    assert client.get_cookie(HANDSHAKE_COOKIE) is None
    for host in (f"{name}:9000", "evil.example:8000", "127.0.0.1:8000"):
        gone = client.get(path, base_url=f"http://{host}")
        assert gone.headers["Location"].startswith(site.settings.discord_api_url.split("/api")[0])
