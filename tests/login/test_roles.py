"""Which role somebody has: the highest of what Discord says and what was assigned."""

from __future__ import annotations

import time

from flask.testing import FlaskClient

from services.accounts.callers import CACHED_SECONDS
from services.accounts.memberships import KNOWN_MS
from tests.discord.state import ADMINISTRATOR
from tests.login.site import (
    GUILDS,
    MEMBER,
    Site,
    browser,
    give,
    roles_of,
    set_moderators,
    status,
    take,
)
from tests.parts import GUILD, Web, until

SOON_MS = 5_000
LATER_MS = KNOWN_MS + 1_000


def make_guild(site: Site, guild_id: int, owner_id: int, *role_bits: int) -> list[int]:
    """A guild with roles of these permissions; the roles' ids."""
    site.discord.world.add_guild(guild_id, owner_id=owner_id)
    return [site.discord.world.add_role(guild_id, "role", bits).id for bits in role_bits]


def test_the_highest_of_all_counts(site: Site, web: Web) -> None:
    world = site.discord.world
    somebody, me = site.person("somebody"), site.person("me")
    # Discord's role in the guild, the role assigned here, and which of the two is the higher.
    cases: dict[int, tuple[str | None, str | None, str | None]] = {
        901: ("owner", None, "owner"),
        902: ("owner", "viewer", "owner"),
        903: ("admin", None, "admin"),
        904: ("admin", "moderator", "admin"),
        905: ("admin", "owner", "owner"),
        906: ("moderator", None, "moderator"),
        907: ("moderator", "viewer", "moderator"),
        908: ("moderator", "admin", "admin"),
        909: (None, "viewer", "viewer"),
        910: (None, "owner", "owner"),
        911: (None, None, None),
    }
    for guild_id, (at_discord, assigned, _) in cases.items():
        owner = me if at_discord == "owner" else somebody
        admins, moderators = make_guild(site, guild_id, owner, ADMINISTRATOR, 0)
        mine = {"admin": [admins], "moderator": [moderators]}.get(at_discord or "", [])
        world.add_member(guild_id, me, mine)
        set_moderators(web, moderators, guild_id)
        if assigned:
            give(web, me, assigned, guild_id)
    found = roles_of(site.browser(web, me))
    assert found == {guild_id: role for guild_id, (*_, role) in cases.items() if role}


def test_a_role_may_be_assigned_to_who_is_not_in_the_server(site: Site, web: Web, ada: int) -> None:
    auditor = site.person("grace")
    give(web, auditor, "viewer")
    assert roles_of(site.browser(web, auditor)) == {GUILD: "viewer"}


def test_who_has_no_role_learns_nothing(site: Site, web: Web, ada: int) -> None:
    member = site.person("grace")
    site.discord.world.add_member(GUILD, member)
    client = site.browser(web, member)
    answers = [client.get(f"/api/v1/servers/{guild}/rules") for guild in (GUILD, 4711)]
    assert [answer.status_code for answer in answers] == [403, 403]
    details = {(answer.json or {})["detail"] for answer in answers}
    assert len(details) == 1


def test_discord_is_asked_for_roles_only_where_they_matter(site: Site, web: Web) -> None:
    me, somebody = site.person("me"), site.person("somebody")
    (own,) = make_guild(site, 901, me, 0)
    admins, moderators = make_guild(site, 902, somebody, ADMINISTRATOR, 0)
    make_guild(site, 903, somebody, 0)
    (mods,) = make_guild(site, 904, somebody, 0)
    for guild_id, role_ids in ((902, [admins]), (903, []), (904, [mods])):
        site.discord.world.add_member(guild_id, me, role_ids)
    for guild_id, role_id in ((901, own), (902, moderators), (904, mods)):
        set_moderators(web, role_id, guild_id)
    assert roles_of(site.browser(web, me)) == {901: "owner", 902: "admin", 904: "moderator"}
    assert [seen.path.split("/")[-2] for seen in site.discord.journal.requests(MEMBER)] == ["904"]


def assert_soon(site: Site, client: FlaskClient, role: str | None) -> None:
    """Within 5 s of a change in another process the role is `role`."""
    site.time_passes(SOON_MS - 1)
    assert roles_of(client) == ({GUILD: role} if role else {})


def test_what_changes_here_takes_effect_within_five_seconds(site: Site, web: Web, ada: int) -> None:
    assert SOON_MS > CACHED_SECONDS * 1000
    grace = site.person("grace")
    site.discord.world.add_member(GUILD, grace)
    client = site.browser(web, grace)
    assert roles_of(client) == {}
    other = site.web()
    give(other, site.person("the last owner"), "owner")
    for role in ("viewer", "admin", "moderator", "owner"):
        give(other, grace, role)
        assert_soon(site, client, role)
    take(other, grace)
    assert_soon(site, client, None)
    assert status(client, f"/api/v1/servers/{GUILD}/rules") == 403


def test_the_moderators_role_takes_effect_within_five_seconds(
    site: Site, web: Web, ada: int
) -> None:
    """Though nobody had asked Discord for the person's roles before it was configured."""
    grace, world = site.person("grace"), site.discord.world
    first, second = (world.add_role(GUILD, name).id for name in ("first", "second"))
    world.add_member(GUILD, grace, [first])
    client = site.browser(web, grace)
    assert roles_of(client) == {}
    assert site.discord.journal.count(MEMBER) == 0
    other = site.web()
    for role_id, expected in ((first, "moderator"), (second, None), (first, "moderator")):
        set_moderators(other, role_id)
        assert_soon(site, client, expected)
    set_moderators(other, None)
    assert_soon(site, client, None)
    # Discord was asked twice: at first, and when its roles began to matter.
    assert (site.discord.journal.count(GUILDS), site.discord.journal.count(MEMBER)) == (2, 1)


def test_a_change_takes_effect_at_once_where_it_was_made(site: Site, web: Web, ada: int) -> None:
    grace = site.person("grace")
    client = site.browser(web, grace)
    assert roles_of(client) == {}
    give(web, grace, "admin")
    assert roles_of(client) == {GUILD: "admin"}
    take(web, grace)
    assert roles_of(client) == {}


def test_in_real_time(site: Site, web: Web, ada: int) -> None:
    """The same with nothing but the system's own timer."""
    grace, waiting = site.person("grace"), site.web(timer=time.monotonic)
    client = browser(waiting, site.log_in(web, grace))
    assert roles_of(client) == {}
    give(web, grace, "viewer")
    until(lambda: roles_of(client) == {GUILD: "viewer"}, 60, "the role of a viewer")


def test_what_changes_at_discord_takes_effect_within_a_minute(
    site: Site, web: Web, ada: int
) -> None:
    world, grace = site.discord.world, site.person("grace")
    admins = world.add_role(GUILD, "Admins", ADMINISTRATOR).id
    moderators = world.add_role(GUILD, "Moderators").id
    set_moderators(web, moderators)
    client = site.browser(web, grace)
    seen = []
    for change in (
        lambda: None,
        lambda: world.add_member(GUILD, grace, [moderators]),
        lambda: world.add_member(GUILD, grace, [moderators, admins]),
        lambda: setattr(world.guilds[GUILD], "owner_id", grace),
        lambda: setattr(world.guilds[GUILD], "owner_id", ada),
        lambda: world.add_member(GUILD, grace, [moderators]),
        lambda: world.add_member(GUILD, grace),
        lambda: world.add_member(GUILD, grace, [admins]),
        lambda: world.remove_member(GUILD, grace),
        lambda: world.remove_guild(GUILD),
    ):
        change()
        site.time_passes(LATER_MS)
        seen.append(roles_of(client).get(GUILD))
    assert seen == [
        None,
        "moderator",
        "admin",
        "owner",
        "admin",
        "moderator",
        None,
        "admin",
        None,
        None,
    ]


def test_a_role_lost_at_discord_writes_no_longer_than_ten_seconds(
    site: Site, web: Web, ada: int
) -> None:
    grace = site.person("grace")
    role = site.discord.world.add_role(GUILD, "Admins", ADMINISTRATOR)
    site.discord.world.add_member(GUILD, grace, [role.id])
    browser = site.browser(web, grace)
    rules = f"/api/v1/servers/{GUILD}/rules"
    assert browser.put(rules, json={"rules": "one"}).status_code == 200
    site.discord.world.remove_member(GUILD, grace)
    site.time_passes(10_001)
    assert status(browser, rules) == 200  # reads may be up to 60 s behind
    assert browser.put(rules, json={"rules": "two"}).status_code == 403
    assert status(browser, rules) == 403  # what was heard for the write counts for reads, too
    site.time_passes(1_000)
    assert site.discord.journal.count(GUILDS) == 2
