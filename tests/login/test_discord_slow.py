"""Discord takes its time: few wait for it, and not for long."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from adapters.discord import login
from services.accounts.memberships import KNOWN_MS
from tests.login.site import (
    GUILDS,
    MEMBER,
    REVOKE,
    Site,
    at_once,
    browser,
    logins_in,
    roles_of,
    set_moderators,
    status,
)
from tests.parts import GUILD, Web

LATER_MS = KNOWN_MS + 1_000


def test_a_silent_discord_is_waited_for_once(site: Site, web: Web, ada: int) -> None:
    """Eight requests of a new login share one wait; others do not notice."""
    other = site.browser(web, site.person("grace"))
    assert status(other) == 200
    secret = site.log_in(web, ada)
    site.discord.limits.lift()
    site.discord.faults.hold(GUILDS)
    with ThreadPoolExecutor(9) as pool:
        waiting = [pool.submit(status, browser(web, secret)) for _ in range(8)]
        site.discord.journal.wait_for(GUILDS, 2)
        assert roles_of(other) == {}
        newcomer = pool.submit(site.log_in, web, site.person("linus"))
        assert newcomer.result()
        assert not any(each.done() for each in waiting)
        site.discord.faults.fail(GUILDS, 503)
        site.discord.faults.release(GUILDS)
        assert {each.result() for each in waiting} == {503}
    assert status(browser(web, secret)) == 503
    assert site.discord.journal.count(GUILDS) == 2
    site.discord_comes_back()
    assert status(browser(web, secret)) == 200


def test_a_discord_that_says_nothing_is_given_up(
    site: Site, web: Web, ada: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = site.log_in(web, ada)
    site.discord.limits.lift()
    site.discord.faults.hold(GUILDS)
    monkeypatch.setattr(login, "TIMEOUT_SECONDS", 0.2)
    assert [status(browser(web, secret)) for _ in range(2)] == [503, 503]
    site.discord.journal.wait_for(GUILDS, 1)
    assert site.discord.journal.count(GUILDS) == 1
    monkeypatch.setattr(login, "TIMEOUT_SECONDS", 60.0)
    site.discord.faults.release(GUILDS)
    site.discord_comes_back()
    assert status(browser(web, secret)) == 200


def test_who_is_known_does_not_wait_for_who_asks(site: Site, web: Web, ada: int) -> None:
    first, second = site.log_in(web, ada), site.log_in(web, ada)
    other_web = site.web()
    assert status(browser(web, first)) == 200
    site.time_passes(LATER_MS)
    site.discord.faults.hold(GUILDS)
    with ThreadPoolExecutor(1) as pool:
        asking = pool.submit(status, browser(web, first))
        site.discord.journal.wait_for(GUILDS, 2)
        assert roles_of(browser(other_web, first)) == {GUILD: "owner"}
        assert roles_of(browser(web, second)) == {GUILD: "owner"}
        assert not asking.done()
        site.discord.faults.release(GUILDS)
        assert asking.result() == 200
    assert site.discord.journal.count(GUILDS) == 2


def test_who_is_not_known_waits_for_who_asks(site: Site, web: Web, ada: int) -> None:
    """Two processes, one question."""
    secret, webs = site.log_in(web, ada), [web, site.web()]
    site.discord.faults.slow(GUILDS, 0.3)
    assert set(at_once(12, lambda n: status(browser(webs[n % 2], secret)))) == {200}
    assert site.discord.journal.count(GUILDS) == 1


def test_roles_in_several_servers_are_asked_for_together(site: Site, web: Web, ada: int) -> None:
    grace, guild_ids = site.person("grace"), range(901, 907)
    for guild_id in guild_ids:
        site.discord.world.add_guild(guild_id, owner_id=ada)
        role = site.discord.world.add_role(guild_id, "Moderators")
        site.discord.world.add_member(guild_id, grace, [role.id])
        set_moderators(web, role.id, guild_id)
    client = site.browser(web, grace)
    site.discord.faults.hold(MEMBER)
    with ThreadPoolExecutor(1) as pool:
        asking = pool.submit(roles_of, client)
        site.discord.journal.wait_for(MEMBER, len(guild_ids))
        site.discord.faults.release(MEMBER)
        assert asking.result() == dict.fromkeys(guild_ids, "moderator")


def test_a_login_that_ends_while_discord_thinks_has_ended(site: Site, web: Web, ada: int) -> None:
    """Elsewhere: this process hears of it only when it looks again."""
    secret, elsewhere = site.log_in(web, ada), site.web()
    site.log_in(web, ada)  # so that Discord is not told, and knows nothing of it
    site.discord.faults.hold(GUILDS)
    with ThreadPoolExecutor(1) as pool:
        asking = pool.submit(status, browser(web, secret))
        site.discord.journal.wait_for(GUILDS, 1)
        assert browser(elsewhere, secret).post("/api/auth/logout").status_code == 200
        site.discord.faults.release(GUILDS)
        assert asking.result() == 401
    assert status(browser(web, secret)) == 401


def test_logging_out_does_not_depend_on_discord(site: Site, web: Web, ada: int) -> None:
    """The login is over before Discord is told, and stays over whatever it says."""
    secret = site.log_in(web, ada)
    site.discord.faults.hold(REVOKE)
    with ThreadPoolExecutor(1) as pool:
        leaving = pool.submit(browser(web, secret).post, "/api/auth/logout")
        site.discord.journal.wait_for(REVOKE, 1)
        assert logins_in(web) == 0
        site.discord.faults.fail(REVOKE, 500)
        site.discord.faults.release(REVOKE)
        assert leaving.result().status_code == 200
    assert status(browser(web, secret)) == 401
