"""Somebody removes Modwatch from their authorised apps, or their account."""

from __future__ import annotations

from services.accounts.memberships import KNOWN_MS
from tests.login.site import GUILDS, Site, at_once, browser, logins_in, status
from tests.parts import Web

LATER_MS = KNOWN_MS + 1_000


def test_withdrawn_consent_ends_the_login(site: Site, web: Web, ada: int) -> None:
    client = site.browser(web, ada)
    assert status(client) == 200
    site.discord.world.revoke_consent(ada)
    site.time_passes(LATER_MS)
    answer = client.get("/api/auth/me")
    assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, "Bearer")
    assert logins_in(web) == 0
    assert status(client) == 401
    assert site.discord.journal.count(GUILDS, 401) == 1


def test_it_ends_every_login_of_that_person_and_no_other(site: Site, web: Web, ada: int) -> None:
    mine = [site.browser(web, ada) for _ in range(3)]
    other = site.browser(web, site.person("grace"))
    assert {status(client) for client in (*mine, other)} == {200}
    site.discord.world.revoke_consent(ada)
    site.time_passes(LATER_MS)
    assert [status(client) for client in (*mine, other)] == [401, 401, 401, 200]
    assert logins_in(web) == 1


def test_it_is_the_same_for_many_at_once(site_on_each: Site) -> None:
    site, webs = site_on_each, [site_on_each.web() for _ in range(2)]
    ada = site.person()
    secret = site.log_in(webs[0], ada)
    site.discord.world.revoke_consent(ada)
    answers = at_once(20, lambda n: status(browser(webs[n % 2], secret)))
    # Another process may have been waiting for the answer that never came.
    assert 401 in answers
    assert set(answers) <= {401, 503}
    assert {status(browser(one, secret)) for one in webs} == {401}
    assert logins_in(webs[0]) == 0


def test_a_deleted_account_has_no_login(site: Site, web: Web) -> None:
    grace = site.person("grace")
    client = site.browser(web, grace)
    assert status(client) == 200
    site.discord.world.remove_user(grace)
    site.time_passes(LATER_MS)
    assert (status(client), logins_in(web)) == (401, 0)


def test_whoever_changes_their_mind_logs_in_again(site: Site, web: Web, ada: int) -> None:
    client = site.browser(web, ada)
    site.discord.world.revoke_consent(ada)
    assert status(client) == 401
    assert site.come_back(client, ada).headers["Location"] == "/"
    site.time_passes(LATER_MS)
    assert status(client) == 200


def test_while_discord_is_away_nobody_knows_of_it(site: Site, web: Web, ada: int) -> None:
    client = site.browser(web, ada)
    assert status(client) == 200
    site.discord.world.revoke_consent(ada)
    site.discord.go_away()
    site.time_passes(LATER_MS)
    assert status(client) == 200
    site.discord.come_back()
    site.time_passes(30_000)
    assert status(client) == 401
