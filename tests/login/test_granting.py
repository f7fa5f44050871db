"""Who may give which role, and which token: nobody more than they have."""

from __future__ import annotations

from typing import Any

import pytest
from flask.testing import FlaskClient

from domain.roles import ROLES
from tests.discord.state import ADMINISTRATOR
from tests.login.site import Site, at_once, browser, give, roles_of, status
from tests.parts import GUILD, OTHER_GUILD, Web

ADDRESS = f"/api/v1/servers/{GUILD}"


def put_role(client: FlaskClient, user_id: int, role: str) -> int:
    return client.put(f"{ADDRESS}/roles/{user_id}", json={"role": role}).status_code


def drop_role(client: FlaskClient, user_id: int) -> int:
    return client.delete(f"{ADDRESS}/roles/{user_id}").status_code


def assigned(client: FlaskClient) -> dict[str, str]:
    found = (client.get(f"{ADDRESS}/roles").json or {})["roles"]
    return {one["user_id"]: one["role"] for one in found}


def audited(client: FlaskClient) -> list[str]:
    entries = (client.get(f"{ADDRESS}/audit-log").json or {})["entries"]
    return [entry["action"] for entry in entries]


def make_token(client: FlaskClient, **fields: Any) -> int:
    return client.post(f"{ADDRESS}/tokens", json={"name": "x", **fields}).status_code


@pytest.mark.parametrize("role", ["admin", "moderator", "viewer", None])
def test_only_owners_give_roles(site: Site, web: Web, ada: int, role: str | None) -> None:
    me, other = site.person("me"), site.person("other")
    give(web, other, "viewer")
    if role:
        give(web, me, role)
    client = site.browser(web, me)
    for wanted in ROLES:
        assert put_role(client, me, wanted) == 403
        assert put_role(client, other, wanted) == 403
    assert drop_role(client, me) == drop_role(client, other) == 403
    assert roles_of(client) == ({GUILD: role} if role else {})
    assert assigned(web.reader())[str(other)] == "viewer"


def test_an_administrator_of_discord_is_no_owner(site: Site, web: Web, ada: int) -> None:
    grace = site.person("grace")
    admins = site.discord.world.add_role(GUILD, "Admins", ADMINISTRATOR)
    site.discord.world.add_member(GUILD, grace, [admins.id])
    client = site.browser(web, grace)
    assert roles_of(client) == {GUILD: "admin"}
    assert {put_role(client, grace, role) for role in ROLES} == {403}
    assert put_role(client, ada, "viewer") == 403


def test_nobody_changes_their_own_role(site: Site, web: Web, ada: int) -> None:
    """Not upwards, not downwards, whether it comes from Discord or was assigned."""
    grace = site.person("grace")
    give(web, grace, "owner")
    for user_id in (ada, grace):
        client = site.browser(web, user_id)
        for role in ROLES:
            assert put_role(client, user_id, role) == 403
        assert drop_role(client, user_id) == 403
        assert roles_of(client) == {GUILD: "owner"}
    assert assigned(web.reader()) == {str(grace): "owner"}


def test_an_owner_gives_and_takes_every_role(site: Site, web: Web, ada: int) -> None:
    client, grace = site.browser(web, ada), site.person("grace")
    for role in ROLES:
        assert put_role(client, grace, role) == 200
        assert assigned(client) == {str(grace): role}
    # Discord's owner remains, whether or not the bot has said who that is.
    assert drop_role(client, grace) == 200
    assert drop_role(client, grace) == 404
    assert sorted(audited(client)) == [*["roles.assign"] * 4, "roles.remove"]


def test_a_role_in_one_server_is_none_in_another(site: Site, web: Web, ada: int) -> None:
    site.discord.world.add_guild(OTHER_GUILD, owner_id=site.person("grace"))
    client = site.browser(web, ada)
    address = f"/api/v1/servers/{OTHER_GUILD}/roles/41"
    assert client.put(address, json={"role": "viewer"}).status_code == 403
    assert status(client, f"/api/v1/servers/{OTHER_GUILD}/rules") == 403


def test_the_last_owner_stays(site: Site, web: Web) -> None:
    """In a guild whose owner at Discord nobody knows."""
    grace, linus = site.person("grace"), site.person("linus")
    give(web, grace, "owner")
    token = web.reader(role="owner")
    assert (put_role(token, grace, "admin"), drop_role(token, grace)) == (403, 403)
    assert put_role(token, grace, "owner") == 200
    give(web, linus, "owner")
    assert drop_role(token, grace) == 200
    assert (put_role(token, linus, "viewer"), drop_role(token, linus)) == (403, 403)
    assert assigned(token) == {str(linus): "owner"}


def test_two_owners_who_remove_each_other_leave_one(site_on_each: Site) -> None:
    site, webs = site_on_each, [site_on_each.web() for _ in range(2)]
    people = [site.person(name) for name in ("grace", "linus")]
    for user_id in people:
        give(webs[0], user_id, "owner")
    clients = [browser(web, site.log_in(web, one)) for web, one in zip(webs, people, strict=True)]
    assert [roles_of(client) for client in clients] == [{GUILD: "owner"}] * 2
    done = at_once(2, lambda n: drop_role(clients[n], people[1 - n]))
    assert sorted(done) == [200, 403]
    assert list(assigned(webs[0].reader()).values()) == ["owner"]


def test_an_owner_who_is_none_any_more_takes_nothing(site: Site, web: Web) -> None:
    """What a process knows of a caller may be 4 s old; the last owner is counted anew."""
    grace, linus, other = site.person("grace"), site.person("linus"), site.web()
    give(web, grace, "owner")
    give(web, linus, "owner")
    former = browser(other, site.log_in(other, grace))
    assert roles_of(former) == {GUILD: "owner"}
    assert drop_role(site.browser(web, linus), grace) == 200
    assert drop_role(former, linus) == 403
    assert assigned(web.reader()) == {str(linus): "owner"}


@pytest.mark.parametrize("role", ROLES)
def test_no_token_is_worth_more_than_who_makes_it(
    site: Site, web: Web, ada: int, role: str
) -> None:
    grace = site.person("grace")
    give(web, grace, role)
    may_make = issubclass(ROLES[role], ROLES["admin"])
    for client in (site.browser(web, grace), web.reader(role=role)):
        for wanted in ROLES:
            allowed = may_make and issubclass(ROLES[role], ROLES[wanted])
            assert make_token(client, role=wanted) == (201 if allowed else 403), wanted
        assert make_token(client, kind="bot") == (201 if may_make else 403)


def test_a_token_made_by_an_admin_does_what_an_admin_may(site: Site, web: Web, ada: int) -> None:
    client = site.browser(web, ada)
    body = {"name": "ci", "role": "admin", "expires_days": 1}
    made = client.post(f"{ADDRESS}/tokens", json=body).json or {}
    token = web.client(made["token"])
    assert status(token, f"{ADDRESS}/audit-log") == 200
    assert put_role(token, site.person("grace"), "viewer") == 403
    assert token.delete(f"{ADDRESS}/rules").status_code == 403
    assert status(token, f"/api/v1/servers/{OTHER_GUILD}/rules") == 403
    assert client.delete(f"{ADDRESS}/tokens/{made['id']}").status_code == 200
    assert status(token, f"{ADDRESS}/rules") == 401


def test_a_token_of_another_server_cannot_be_ended(site: Site, web: Web, ada: int) -> None:
    site.discord.world.add_guild(OTHER_GUILD, owner_id=ada)
    mallory = site.person("mallory")
    give(web, mallory, "owner")
    client, other = site.browser(web, ada), site.browser(web, mallory)
    address = f"/api/v1/servers/{OTHER_GUILD}/tokens"
    made = client.post(address, json={"name": "theirs", "role": "viewer"}).json or {}
    assert other.delete(f"{address}/{made['id']}").status_code == 403
    assert other.delete(f"{ADDRESS}/tokens/{made['id']}").status_code == 404
    shared = web.api_token(GUILD, OTHER_GUILD)
    listed = (other.get(f"{ADDRESS}/tokens").json or {})["tokens"]
    assert {token["name"] for token in listed} == {"test"}
    assert status(web.client(shared), f"/api/v1/servers/{OTHER_GUILD}/rules") == 200
