"""Discord's tokens are refreshed before they end, by one process at a time."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from adapters.secret_box import SecretBox
from domain.windows import DAY_MS, MINUTE_MS
from services.accounts.discord_tokens import REFRESH_AHEAD_MS, LoginTokens
from services.accounts.memberships import KNOWN_MS
from services.accounts.tokens import hash_secret
from tests.login.site import GUILDS, TOKEN, Site, at_once, browser, logins_in, roles_of, status
from tests.parts import GUILD, Web

# A token lives as long as a login, seven days: by then it has been refreshed.
ALMOST_OVER_MS = 7 * DAY_MS - 30 * MINUTE_MS
LATER_MS = KNOWN_MS + 1_000


def test_a_token_is_refreshed_before_it_ends(site: Site, web: Web, ada: int) -> None:
    client = site.browser(web, ada)
    site.time_passes(7 * DAY_MS - REFRESH_AHEAD_MS - 1_000)
    assert roles_of(client) == {GUILD: "owner"}
    assert site.discord.journal.count(TOKEN) == 1
    site.time_passes(LATER_MS)
    assert roles_of(client) == {GUILD: "owner"}
    assert site.discord.journal.count(TOKEN, 200) == 2
    site.time_passes(20 * MINUTE_MS)
    assert roles_of(client) == {GUILD: "owner"}
    assert site.discord.journal.count(TOKEN) == 2
    assert site.discord.journal.count(GUILDS, 200) == 3


def test_twenty_at_once_in_two_processes_refresh_once(site_on_each: Site) -> None:
    site, webs = site_on_each, [site_on_each.web() for _ in range(2)]
    secret = site.log_in(webs[0], site.person())
    site.time_passes(ALMOST_OVER_MS)
    assert set(at_once(20, lambda n: status(browser(webs[n % 2], secret)))) == {200}
    assert site.discord.journal.count(TOKEN) == 2
    site.time_passes(LATER_MS)
    assert set(at_once(20, lambda n: status(browser(webs[n % 2], secret)))) == {200}
    assert site.discord.journal.count(TOKEN) == 2


def test_refreshing_is_claimed_by_one(site_on_each: Site) -> None:
    """Also where many ask for a token at once, and not for a person's guilds, which one does."""
    site, web = site_on_each, site_on_each.web()
    ada = site.person()
    secret_hash = hash_secret(site.log_in(web, ada))
    discord = web.parts.discord
    box = SecretBox(site.settings.secret_keys, "discord tokens")
    tokens = LoginTokens(web.parts.database, discord, box, site.clock)
    old = tokens.of(secret_hash)
    site.time_passes(ALMOST_OVER_MS)
    given = set(at_once(20, lambda _: tokens.of(secret_hash)))
    new = tokens.of(secret_hash)
    assert new != old
    assert new in given <= {old, new}
    assert discord.user(new).user_id == ada
    assert site.discord.journal.count(TOKEN) == 2


def test_each_login_refreshes_its_own(site: Site, web: Web, ada: int) -> None:
    first, second = site.browser(web, ada), site.browser(web, ada)
    site.time_passes(ALMOST_OVER_MS)
    for count, client in enumerate((first, second, first, second)):
        assert status(client) == 200
        assert site.discord.journal.count(TOKEN) == 2 + min(count + 1, 2)
        site.time_passes(LATER_MS)


def test_a_refused_refresh_ends_the_login(site: Site, web: Web, ada: int) -> None:
    client = site.browser(web, ada)
    site.time_passes(ALMOST_OVER_MS)
    site.discord.world.revoke_consent(ada)
    assert status(client) == 401
    assert site.discord.journal.count(TOKEN, 400) == 1
    assert logins_in(web) == 0
    assert status(client) == 401
    assert site.discord.journal.count(TOKEN) == 2


def test_a_failed_refresh_leaves_the_token_that_still_holds(site: Site, web: Web, ada: int) -> None:
    client = site.browser(web, ada)
    site.time_passes(ALMOST_OVER_MS)
    for trouble in (429, 500, 503, 401):
        site.discord.faults.fail(TOKEN, trouble)
        assert roles_of(client) == {GUILD: "owner"}, trouble
        site.time_passes(LATER_MS)
    site.discord.faults.fail(TOKEN, 200, body="{}")
    assert roles_of(client) == {GUILD: "owner"}
    site.time_passes(LATER_MS)
    assert roles_of(client) == {GUILD: "owner"}
    assert (site.discord.journal.count(TOKEN), site.discord.journal.count(GUILDS, 200)) == (7, 6)


def test_a_wrong_client_secret_logs_nobody_out(site: Site, web: Web, ada: int) -> None:
    secret = site.log_in(web, ada)
    misconfigured = site.web(replace(site.settings, discord_client_secret="another"))
    site.time_passes(ALMOST_OVER_MS)
    assert status(browser(misconfigured, secret)) == 200
    assert site.discord.journal.count(TOKEN, 401) == 1
    site.time_passes(LATER_MS)
    assert status(browser(web, secret)) == 200
    assert site.discord.journal.count(TOKEN, 200) == 2


def test_a_token_refreshed_meanwhile_is_not_used_dead(site: Site, web: Web, ada: int) -> None:
    """One process refreshes and then fails; another has read the login before that."""
    secret, other = site.log_in(web, ada), site.web()
    site.time_passes(ALMOST_OVER_MS)
    site.discord.faults.hold(TOKEN)
    site.discord.faults.fail(GUILDS, 503)
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(status, browser(web, secret))
        site.discord.journal.wait_for(TOKEN, 2)
        second = pool.submit(status, browser(other, secret))
        site.discord.faults.release(TOKEN)
        assert first.result() == 503
        assert second.result() in (200, 503)
    site.time_passes(LATER_MS)
    assert {status(browser(one, secret)) for one in (web, other)} == {200}
    assert site.discord.journal.count(TOKEN) == 2


def test_an_answer_lost_on_the_way_ends_the_login(site: Site, web: Web, ada: int) -> None:
    """Discord took the refresh token and nobody has the new one: logging in again is all."""
    client = site.browser(web, ada)
    site.time_passes(ALMOST_OVER_MS)
    site.discord.faults.fail(TOKEN, 0, after_effect=True)
    assert status(client) == 401
    assert logins_in(web) == 0
    assert site.come_back(client, ada).headers["Location"] == "/"
    assert status(client) == 200


def test_another_secret_key_cannot_read_the_tokens(site: Site, web: Web, ada: int) -> None:
    secret = site.log_in(web, ada)
    other = site.web(replace(site.settings, secret_key="k" * 40))
    assert status(browser(other, secret)) == 401
