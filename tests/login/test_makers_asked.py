"""What Discord alone knows of a token's maker is asked beside requests, and counts for 30 days."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import text

from domain.windows import DAY_MS, HOUR_MS
from services.accounts import makers
from services.accounts.makers import KNOWN_MS
from services.accounts.present_roles import CONFIRMED_MS
from services.container import Parts
from services.operations.upkeep import sweep, sweep_alone
from tests.discord.state import ADMINISTRATOR
from tests.login.site import GUILDS, Site, give, logins_in, take
from tests.login.test_token_makers import ADDRESS, make, may, works
from tests.parts import GUILD, Web, ingest, violation


def admin(site: Site, username: str) -> int:
    """Somebody who is an admin of GUILD by a role at Discord alone."""
    world, user_id = site.discord.world, site.person(username)
    role = world.add_role(GUILD, "Admins", ADMINISTRATOR)
    world.add_member(GUILD, user_id, [role.id])
    return user_id


@pytest.mark.parametrize("swept", [sweep, sweep_alone])
def test_a_role_lost_at_discord_is_lost_to_tokens(
    site_on_each: Site, swept: Callable[[Parts], None]
) -> None:
    """Nobody's browser asks; it once went on for ever."""
    site, web = site_on_each, site_on_each.web()
    site.discord.world.add_guild(GUILD, owner_id=site.person("ada"))
    grace = admin(site, "grace")
    browser = site.browser(web, grace)
    token, bot = make(browser, role="admin")["token"], make(browser, kind="bot")["token"]
    site.discord.world.remove_member(GUILD, grace)
    site.time_passes(KNOWN_MS)
    assert may(web, token, "PUT", "rules")
    assert ingest(web.client(bot), violation()).status_code == 202
    swept(web.parts)
    web.parts.access.forget()
    assert not may(web, token, "PUT", "rules")
    assert not may(web, token, "GET", "rules")
    assert ingest(web.client(bot), violation()).status_code == 403


def test_asked_is_about_makers_whose_tokens_are_used(site: Site, web: Web, ada: int) -> None:
    browser = site.browser(web, ada)
    made = make(browser, role="viewer")
    asked = site.discord.journal.count(GUILDS)

    def asks() -> int:
        web.parts.makers.ask()
        return site.discord.journal.count(GUILDS) - asked

    assert may(web, made["token"], "GET", "rules")
    site.time_passes(KNOWN_MS - 1)
    assert asks() == 0
    site.time_passes(1)
    assert (asks(), asks()) == (1, 1)
    site.time_passes(HOUR_MS)
    assert asks() == 1
    assert may(web, made["token"], "GET", "rules")
    assert asks() == 2
    site.time_passes(KNOWN_MS)
    assert browser.delete(f"{ADDRESS}/tokens/{made['id']}").status_code == 200
    site.time_passes(KNOWN_MS)
    before = site.discord.journal.count(GUILDS)
    web.parts.makers.ask()
    assert site.discord.journal.count(GUILDS) == before


def test_who_cannot_be_asked_about_keeps_nobody_waiting(
    site_on_each: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    site, web = site_on_each, site_on_each.web()
    monkeypatch.setattr(makers, "MAKERS_A_RUN", 1)
    site.discord.world.add_guild(GUILD, owner_id=site.person("ada"))
    people = [admin(site, name) for name in ("grace", "edith")]
    tokens = []
    for user_id in people:
        tokens.append(make(site.browser(web, user_id), role="admin")["token"])
        site.time_passes(1)
    assert all(may(web, token, "PUT", "rules") for token in tokens)
    for user_id in people:
        site.discord.world.remove_member(GUILD, user_id)
    site.time_passes(KNOWN_MS)
    site.discord.faults.fail(GUILDS, 400)
    for still in ([True, True], [True, False], [False, False]):
        web.parts.makers.ask()
        web.parts.access.forget()
        assert [may(web, token, "PUT", "rules") for token in tokens] == still
        site.time_passes(1)


def test_while_discord_is_away_tokens_go_on(site: Site, web: Web, ada: int) -> None:
    grace = admin(site, "grace")
    token = make(site.browser(web, grace), role="admin")["token"]
    site.discord.go_away()
    site.time_passes(HOUR_MS)
    assert may(web, token, "PUT", "rules")
    web.parts.makers.ask()
    web.parts.access.forget()
    assert may(web, token, "PUT", "rules")
    site.discord.world.remove_member(GUILD, grace)
    site.discord_comes_back()
    web.parts.makers.ask()
    web.parts.access.forget()
    assert not may(web, token, "PUT", "rules")


def test_what_discord_said_of_who_is_logged_out_counts_for_a_while(
    site: Site, web: Web, ada: int
) -> None:
    grace = admin(site, "grace")
    browser = site.browser(web, grace)
    made, bot = make(browser, role="admin"), make(browser, kind="bot")["token"]
    assert browser.post("/api/v1/auth/logout").status_code == 200
    site.time_passes(CONFIRMED_MS - DAY_MS)
    assert may(web, made["token"], "PUT", "rules")
    site.time_passes(DAY_MS + 1)
    web.parts.makers.ask()
    assert not may(web, made["token"], "GET", "rules")
    refused = ingest(web.client(bot), violation())
    assert refused.status_code == 403
    assert "log in once" in (refused.json or {})["detail"]
    assert works(site.browser(web, ada))[made["id"]] is False
    # A role that was assigned here needs no word of Discord, and else one login will do.
    give(web, grace, "viewer")
    web.parts.access.forget()
    assert may(web, made["token"], "GET", "rules")
    take(web, grace)
    assert site.browser(web, grace).get(f"{ADDRESS}/rules").status_code == 200
    web.parts.access.forget()
    assert may(web, made["token"], "PUT", "rules")
    sent = ingest(web.client(bot), violation(timestamp_ms=site.clock()))
    assert sent.status_code == 202


def test_a_bot_goes_on_whose_maker_owns_the_server(site: Site, web: Web, ada: int) -> None:
    """Who set it up need not come back for it to be heard."""
    browser = site.browser(web, ada)
    bot = make(browser, kind="bot")["token"]
    assert browser.post("/api/v1/auth/logout").status_code == 200
    site.time_passes(12 * CONFIRMED_MS)
    web.parts.makers.ask()
    sent = ingest(web.client(bot), violation(timestamp_ms=site.clock()))
    assert sent.status_code == 202


def test_a_login_that_discord_takes_no_more_ends(site: Site, web: Web, ada: int) -> None:
    grace = admin(site, "grace")
    token = make(site.browser(web, grace), role="admin")["token"]
    site.log_in(web, grace)
    site.discord.world.revoke_consent(grace)
    site.time_passes(KNOWN_MS)
    assert may(web, token, "PUT", "rules")
    web.parts.makers.ask()
    web.parts.access.forget()
    assert logins_in(web) == 0
    assert may(web, token, "PUT", "rules")


def test_a_clock_that_was_ahead_keeps_nobody_from_being_asked(
    site: Site, web: Web, ada: int
) -> None:
    grace = admin(site, "grace")
    token = make(site.browser(web, grace), role="admin")["token"]
    assert may(web, token, "PUT", "rules")
    with web.parts.database.write() as connection:
        ahead = {"ahead_ms": site.clock() + DAY_MS}
        connection.execute(text("UPDATE memberships SET fetched_ms = :ahead_ms"), ahead)
    site.discord.world.remove_member(GUILD, grace)
    site.time_passes(5_000)  # Discord answers a person so seldom
    web.parts.makers.ask()
    web.parts.access.forget()
    assert not may(web, token, "PUT", "rules")
