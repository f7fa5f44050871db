"""However many ask, Discord is asked once."""

from __future__ import annotations

from services.accounts.memberships import KNOWN_MS
from tests.login.site import (
    GUILDS,
    MEMBER,
    Site,
    at_once,
    browser,
    roles_of,
    set_moderators,
    status,
)
from tests.parts import GUILD


def test_fifty_requests_of_a_new_session_cost_one_fetch(site_on_each: Site) -> None:
    site, web = site_on_each, site_on_each.web()
    owner, grace = site.person("ada"), site.person("grace")
    site.discord.world.add_guild(GUILD, owner_id=owner)
    role = site.discord.world.add_role(GUILD, "Moderators")
    site.discord.world.add_member(GUILD, grace, [role.id])
    set_moderators(web, role.id)
    secret = site.log_in(web, grace)
    found = at_once(50, lambda _: roles_of(browser(web, secret)))
    assert found == [{GUILD: "moderator"}] * 50
    assert (site.discord.journal.count(GUILDS), site.discord.journal.count(MEMBER)) == (1, 1)


def test_whatever_the_process_and_whichever_the_login(site_on_each: Site) -> None:
    site, webs = site_on_each, [site_on_each.web() for _ in range(3)]
    ada = site.person("ada")
    secrets = [site.log_in(webs[0], ada) for _ in range(4)]
    asked = at_once(48, lambda n: status(browser(webs[n % 3], secrets[n % 4])))
    assert set(asked) == {200}
    assert site.discord.journal.count(GUILDS) == 1


def test_what_was_heard_holds_for_a_minute(site_on_each: Site) -> None:
    site, web = site_on_each, site_on_each.web()
    secret = site.log_in(web, site.person())
    assert status(browser(web, secret)) == 200
    site.time_passes(KNOWN_MS - 1)
    assert {status(browser(one, secret)) for one in (web, site.web())} == {200}
    assert site.discord.journal.count(GUILDS) == 1
    site.time_passes(5_000)
    assert set(at_once(20, lambda _: status(browser(web, secret)))) == {200}
    assert site.discord.journal.count(GUILDS) == 2
