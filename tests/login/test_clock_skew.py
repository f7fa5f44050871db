"""Our clock is wrong, or is put right while we run."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import text

from domain.windows import DAY_MS, HOUR_MS, MINUTE_MS
from services.accounts.memberships import KNOWN_MS, SKEW_MS
from tests.login.site import GUILDS, TOKEN, Site, browser, logins_in, roles_of, secret_of, status
from tests.parts import GUILD, Clock, Web

LATER_MS = KNOWN_MS + 1_000
OWNER = {GUILD: "owner"}


@pytest.mark.parametrize("wrong_ms", [-HOUR_MS, HOUR_MS])
def test_a_clock_an_hour_wrong_is_no_matter(site: Site, web: Web, ada: int, wrong_ms: int) -> None:
    site.clock.advance(wrong_ms)
    client = site.browser(web, ada)
    assert roles_of(client) == OWNER
    site.time_passes(LATER_MS)
    assert roles_of(client) == OWNER
    site.time_passes(7 * DAY_MS - 30 * MINUTE_MS)
    assert roles_of(client) == OWNER
    counts = site.discord.journal.count(TOKEN, 200), site.discord.journal.count(GUILDS, 200)
    assert counts == (2, 3)


@pytest.mark.parametrize("change_ms", [-HOUR_MS, HOUR_MS])
def test_a_clock_put_right_while_running_ends_no_login(
    site: Site, web: Web, ada: int, change_ms: int
) -> None:
    client = site.browser(web, ada)
    assert roles_of(client) == OWNER
    site.clock.advance(change_ms)
    site.time_passes(5_000)
    assert roles_of(client) == OWNER
    assert site.discord.journal.count(GUILDS, 200) == 2
    site.time_passes(7 * DAY_MS - HOUR_MS - LATER_MS)
    assert roles_of(client) == OWNER
    # Where our clock was set back, the token has ended at Discord and not yet here.
    site.time_passes(HOUR_MS + LATER_MS)
    if change_ms < 0:
        assert roles_of(client) == OWNER
        assert site.discord.journal.count(TOKEN, 200) == 2
    else:
        assert status(client) == 401  # the seven days are over by our clock


def test_what_is_known_of_a_time_to_come_is_not_trusted(site: Site, web: Web, ada: int) -> None:
    client = site.browser(web, ada)
    assert roles_of(client) == OWNER
    site.clock.advance(-HOUR_MS)
    site.time_passes(5_000)
    site.discord.go_away()
    assert status(client) == 503
    site.discord_comes_back()
    assert roles_of(client) == OWNER


def test_a_clock_set_back_while_discord_is_asked(site: Site, web: Web, ada: int) -> None:
    client = site.browser(web, ada)
    site.discord.limits.lift()
    site.discord.faults.hold(GUILDS)
    with ThreadPoolExecutor(1) as pool:
        asking = pool.submit(roles_of, client)
        site.discord.journal.wait_for(GUILDS, 1)
        site.clock.advance(-HOUR_MS)
        site.discord.faults.release(GUILDS)
        assert asking.result() == OWNER
    site.time_passes(LATER_MS)
    assert roles_of(client) == OWNER
    assert site.discord.journal.count(GUILDS, 200) == 2


def test_whoever_died_asking_before_the_clock_was_set_back_holds_nobody_up(
    site: Site, web: Web, ada: int
) -> None:
    client = site.browser(web, ada)
    site.time_passes(7 * DAY_MS - 30 * MINUTE_MS)
    assert status(client) == 200
    with web.parts.database.write() as connection:
        ahead = {"until_ms": site.clock() + HOUR_MS}
        connection.execute(
            text("UPDATE memberships SET fetched_ms = 0, claimed_until_ms = :until_ms"), ahead
        )
        connection.execute(
            text("UPDATE login_sessions SET refresh_claimed_until_ms = :until_ms"), ahead
        )
    site.time_passes(LATER_MS)
    assert roles_of(client) == OWNER
    assert site.discord.journal.count(GUILDS, 200) == 2


def test_two_hosts_whose_clocks_differ_a_little_ask_once(site: Site, web: Web, ada: int) -> None:
    behind = site.web(clock=Clock(site.clock() - SKEW_MS + 1))
    secret = site.log_in(web, ada)
    for one in (web, behind, site.web()):
        assert roles_of(browser(one, secret)) == OWNER
    assert site.discord.journal.count(GUILDS) == 1


def test_a_login_may_begin_on_one_host_and_end_on_another(site: Site, web: Web, ada: int) -> None:
    behind = site.web(clock=Clock(site.clock() - MINUTE_MS))
    client, other = browser(web), browser(behind)
    address = client.get("/api/auth/login").headers["Location"]
    cookie = client.get_cookie("modwatch_handshake")
    assert cookie is not None
    other.set_cookie("modwatch_handshake", cookie.value)
    assert other.get(site.agree(address, ada)).headers["Location"] == "/"
    assert status(browser(web, secret_of(other))) == 200
    assert logins_in(web) == 1
