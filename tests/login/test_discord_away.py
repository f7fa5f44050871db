"""Discord is away, refuses, or asks to wait: what is known serves for a while."""

from __future__ import annotations

import pytest

from services.accounts.memberships import KNOWN_MS, KNOWN_WHILE_AWAY_MS
from tests.login.site import (
    GUILDS,
    MEMBER,
    Site,
    browser,
    logins_in,
    roles_of,
    set_moderators,
    status,
)
from tests.parts import GUILD, Web

LATER_MS = KNOWN_MS + 1_000


def test_what_is_known_serves_ten_minutes_longer(site: Site, web: Web, ada: int) -> None:
    client = site.browser(web, ada)
    assert roles_of(client) == {GUILD: "owner"}
    site.discord.go_away()
    site.time_passes(LATER_MS)
    assert roles_of(client) == {GUILD: "owner"}
    site.time_passes(KNOWN_WHILE_AWAY_MS - LATER_MS - 1)
    assert roles_of(client) == {GUILD: "owner"}
    site.time_passes(5_000)
    for address in ("/api/auth/me", "/api/servers", f"/api/v1/servers/{GUILD}/rules"):
        answer = client.get(address)
        assert answer.status_code == 503
        assert int(answer.headers["Retry-After"]) > 0
        assert answer.content_type == "application/problem+json"
    site.discord_comes_back()
    assert roles_of(client) == {GUILD: "owner"}
    assert logins_in(web) == 1


def test_in_another_process_too(site: Site, web: Web, ada: int) -> None:
    secret = site.log_in(web, ada)
    assert status(browser(web, secret)) == 200
    site.discord.go_away()
    site.time_passes(LATER_MS)
    assert roles_of(browser(site.web(), secret)) == {GUILD: "owner"}


def test_of_somebody_new_nothing_is_known(site: Site, web: Web, ada: int) -> None:
    client = site.browser(web, ada)
    site.discord.go_away()
    assert status(client) == 503
    site.discord_comes_back()
    assert status(client) == 200


def test_discords_refusals_are_no_reason_to_end_a_login(site: Site, web: Web, ada: int) -> None:
    client = site.browser(web, ada)
    assert status(client) == 200
    for trouble in (0, 400, 403, 404, 429, 500, 502, 503):
        site.discord.faults.fail(GUILDS, trouble)
        asked = site.discord.journal.count(GUILDS)
        site.time_passes(LATER_MS)
        assert roles_of(client) == {GUILD: "owner"}, trouble
        assert site.discord.journal.count(GUILDS) == asked + 1, trouble
    site.time_passes(LATER_MS)
    assert roles_of(client) == {GUILD: "owner"}
    assert site.discord.journal.count(GUILDS, 200) == 2


def test_answers_that_make_no_sense_are_as_good_as_none(site: Site, web: Web, ada: int) -> None:
    client = site.browser(web, ada)
    assert status(client) == 200
    for body in ("", "{}", "null", '[{"id": "x"}]', '[{"id": "7", "name": "x"}]', "[1]", "\xff"):
        site.discord.faults.fail(GUILDS, 200, body=body)
        site.time_passes(LATER_MS)
        assert roles_of(client) == {GUILD: "owner"}, body


def test_somebody_who_is_limited_is_asked_for_again(site: Site, web: Web, ada: int) -> None:
    """Discord's own limit: one question a second about one person."""
    client = site.browser(web, ada)
    site.discord.faults.fail(GUILDS, 429)
    assert status(client) == 503
    assert status(client) == 200


def test_while_discord_is_silent_one_of_many_asks(site: Site, web: Web) -> None:
    """Each question costs seconds, and helps nobody who is known."""
    people = [site.browser(web, site.person(f"person {number}")) for number in range(8)]
    assert {status(client) for client in people} == {200}
    site.time_passes(LATER_MS)
    site.discord.faults.fail(GUILDS, 503, times=100)
    asked = site.discord.journal.count(GUILDS)
    assert {status(client) for client in people} == {200}
    assert site.discord.journal.count(GUILDS) == asked + 1
    site.discord.faults.clear()
    site.time_passes(30_000)
    assert {status(client) for client in people} == {200}
    assert site.discord.journal.count(GUILDS) == asked + 1 + 8


def test_one_persons_trouble_is_nobody_elses(site: Site, web: Web) -> None:
    first, second = (site.browser(web, site.person(name)) for name in ("ada", "grace"))
    assert {status(first), status(second)} == {200}
    site.time_passes(LATER_MS)
    asked = site.discord.journal.count(GUILDS)
    site.discord.faults.fail(GUILDS, 429)
    assert {status(first), status(second)} == {200}
    assert site.discord.journal.count(GUILDS) == asked + 2


@pytest.mark.parametrize("trouble", [0, 403, 429, 500])
def test_without_the_persons_roles_nothing_new_is_known(
    site: Site, web: Web, ada: int, trouble: int
) -> None:
    """Half an answer would take a role away."""
    grace = site.person("grace")
    role = site.discord.world.add_role(GUILD, "Moderators")
    site.discord.world.add_member(GUILD, grace, [role.id])
    set_moderators(web, role.id)
    client = site.browser(web, grace)
    assert roles_of(client) == {GUILD: "moderator"}
    site.time_passes(LATER_MS)
    site.discord.faults.fail(MEMBER, trouble)
    assert roles_of(client) == {GUILD: "moderator"}


def test_somebody_who_leaves_between_two_questions_keeps_the_rest(
    site: Site, web: Web, ada: int
) -> None:
    role = site.discord.world.add_role(GUILD, "Moderators")
    grace = site.person("grace")
    site.discord.world.add_member(GUILD, grace, [role.id])
    own = site.discord.world.add_guild(900, owner_id=grace)
    set_moderators(web, role.id)
    site.discord.faults.fail(MEMBER, 404)
    assert roles_of(site.browser(web, grace)) == {own.id: "owner"}
