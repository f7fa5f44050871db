"""The way to Discord and back: state, PKCE, and everything that may be wrong with it."""

from __future__ import annotations

import json
from dataclasses import replace
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from api.auth import HANDSHAKE_COOKIE
from services.logins import HANDSHAKE_SECONDS
from tests.discord.grants import s256
from tests.discord.logins import CALLBACK, SCOPE
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


def begin(client: FlaskClient) -> str:
    """Discord's address to go to."""
    answer = client.get("/api/auth/login")
    assert answer.status_code == 302
    return str(answer.headers["Location"])


def altered(address: str, **query: str) -> str:
    parts = urlsplit(address)
    given = {name: values[0] for name, values in parse_qs(parts.query).items()}
    kept = {name: text for name, text in (given | query).items() if text}
    return parts._replace(query=urlencode(kept)).geturl()


def assert_failed(answer: TestResponse, client: FlaskClient, web: Web) -> None:
    assert (answer.status_code, answer.headers["Location"]) == (302, FAILED)
    assert client.get_cookie(HANDSHAKE_COOKIE) is None
    assert status(client) == 401
    assert logins_in(web) == 0


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


def test_what_the_browser_keeps_meanwhile_cannot_be_read(web: Web) -> None:
    """Whoever sees the cookie must learn neither the verifier nor what to make a state of."""
    client = browser(web)
    asked = parse_qs(urlsplit(begin(client)).query)
    cookie = client.get_cookie(HANDSHAKE_COOKIE)
    assert cookie is not None
    assert asked["state"][0] not in cookie.value
    assert (cookie.http_only, cookie.same_site, cookie.max_age) == (True, "Lax", HANDSHAKE_SECONDS)


def test_a_wrong_or_missing_state_is_no_login(site: Site, web: Web, ada: int) -> None:
    for state in ("", "wrong", "\N{SNOWMAN}", "x" * 5_000):
        client = browser(web)
        back = site.agree(begin(client), ada)
        assert_failed(client.get(altered(back, state=state)), client, web)
    assert site.discord.journal.count(TOKEN) == 0


def test_the_state_of_another_browser_is_no_login(site: Site, web: Web, ada: int) -> None:
    """Somebody sends a link that would log the victim in as the sender."""
    victim, sender = browser(web), browser(web)
    begin(victim)
    assert_failed(victim.get(site.agree(begin(sender), ada)), victim, web)


def test_without_the_handshake_there_is_no_login(site: Site, web: Web, ada: int) -> None:
    for cookie in (None, "", "nonsense", "gAAAAA==", "\xff"):
        client = browser(web)
        back = site.agree(begin(client), ada)
        client.delete_cookie(HANDSHAKE_COOKIE)
        if cookie is not None:
            client.set_cookie(HANDSHAKE_COOKIE, cookie)
        assert_failed(client.get(back), client, web)
    assert site.discord.journal.count(TOKEN) == 0


def test_a_handshake_sealed_by_another_site_is_none(site: Site, web: Web, ada: int) -> None:
    other = site.web(replace(site.settings, secret_key="k" * 32))
    client, foreign = browser(web), browser(other)
    back = site.agree(begin(foreign), ada)
    sealed = foreign.get_cookie(HANDSHAKE_COOKIE)
    assert sealed is not None
    client.set_cookie(HANDSHAKE_COOKIE, sealed.value)
    assert_failed(client.get(back), client, web)


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


def test_somebody_who_took_too_long_begins_again(site: Site, web: Web, ada: int) -> None:
    client = browser(web)
    back = site.agree(begin(client), ada)
    site.clock.advance(HANDSHAKE_SECONDS * 1000)
    assert_failed(client.get(back), client, web)
    assert site.discord.journal.count(TOKEN) == 0


def test_somebody_who_took_their_time_gets_in(site: Site, web: Web, ada: int) -> None:
    client = browser(web)
    address = begin(client)
    site.time_passes(HANDSHAKE_SECONDS * 1000 - 1)
    assert client.get(site.agree(address, ada)).headers["Location"] == "/"


def test_coming_back_twice_is_one_login(site: Site, web: Web, ada: int) -> None:
    client = browser(web)
    back = site.agree(begin(client), ada)
    assert client.get(back).headers["Location"] == "/"
    secret = secret_of(client)
    assert client.get(back).headers["Location"] == FAILED
    assert (secret_of(client), status(client), logins_in(web)) == (secret, 200, 1)


def test_a_state_used_before_is_none(site: Site, web: Web, ada: int) -> None:
    """Discord would give another code for the same address; the browser's part is used up."""
    client = browser(web)
    address = begin(client)
    assert client.get(site.agree(address, ada)).headers["Location"] == "/"
    assert client.get(site.agree(address, ada)).headers["Location"] == FAILED
    assert logins_in(web) == 1


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
        assert_failed(client.get(f"/api/auth/callback?{query}"), client, web)
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
