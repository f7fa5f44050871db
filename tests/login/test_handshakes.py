"""A login is finished by the browser that began it, once, and in time."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

from api.routes.auth import HANDSHAKE_COOKIE
from services.accounts.handshakes import HANDSHAKE_SECONDS
from tests.login.callbacks import altered, assert_failed, begin
from tests.login.site import (
    FAILED,
    TOKEN,
    Site,
    browser,
    logins_in,
    status,
)
from tests.parts import Web


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
        assert_failed(client.get(altered(back, state=state)), client, web, waiting=True)
    assert site.discord.journal.count(TOKEN) == 0


def test_the_state_of_another_browser_is_no_login(site: Site, web: Web, ada: int) -> None:
    """Somebody sends a link that would log the victim in as the sender."""
    victim, sender = browser(web), browser(web)
    begin(victim)
    assert_failed(victim.get(site.agree(begin(sender), ada)), victim, web, waiting=True)


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


def test_a_state_used_before_is_none(site: Site, web: Web, ada: int) -> None:
    """Discord would give another code for the same address; the browser's part is used up."""
    client = browser(web)
    address = begin(client)
    assert client.get(site.agree(address, ada)).headers["Location"] == "/"
    assert client.get(site.agree(address, ada)).headers["Location"] == FAILED
    assert logins_in(web) == 1


def test_a_handshake_is_good_once(site: Site, web: Web, ada: int) -> None:
    """Whoever kept the cookie and agrees once more gets no second login of it."""
    client = browser(web)
    begun = begin(client, "/")
    kept = client.get_cookie(HANDSHAKE_COOKIE)
    assert kept is not None
    assert client.get(site.agree(begun, ada)).headers["Location"] == "/"
    again = browser(web)
    again.set_cookie(HANDSHAKE_COOKIE, kept.value)
    assert again.get(site.agree(begun, ada)).headers["Location"] == FAILED
    assert status(again) == 401
