"""A token is never more than the person behind it is now, and ends with the token that made it."""

from __future__ import annotations

from typing import Any

import pytest
from flask.testing import FlaskClient

from domain.windows import DAY_MS
from tests.discord.state import ADMINISTRATOR
from tests.login.site import Site, give, status
from tests.parts import GUILD, Web, event, ingest, violation

ADDRESS = f"/api/v1/servers/{GUILD}"
# Longer than what is known of a caller is kept, and than what Discord said counts as fresh.
LATER_MS = 61_000


def make(client: FlaskClient, **fields: Any) -> dict[str, Any]:
    answer = client.post(f"{ADDRESS}/tokens", json={"name": "x", "kind": "api", **fields})
    assert answer.status_code == 201, answer.json
    made: dict[str, Any] = answer.json or {}
    return made


def works(client: FlaskClient) -> dict[str, bool]:
    found = (client.get(f"{ADDRESS}/tokens").json or {})["tokens"]
    return {token["id"]: token["works"] for token in found}


def may(web: Web, token: str, method: str, path: str) -> bool:
    answer = web.client(token).open(f"{ADDRESS}/{path}", method=method, json={})
    assert answer.status_code != 500
    return answer.status_code not in (401, 403)


def test_a_token_loses_what_its_maker_loses(site: Site, web: Web, ada: int) -> None:
    grace = site.person("grace")
    give(web, grace, "admin")
    made = make(site.browser(web, grace), role="admin")
    token = made["token"]
    assert may(web, token, "PUT", "rules")
    give(web, grace, "viewer")
    site.time_passes(LATER_MS)
    assert not may(web, token, "PUT", "rules")
    assert may(web, token, "GET", "rules")
    owner = site.browser(web, ada)
    assert owner.delete(f"{ADDRESS}/roles/{grace}").status_code == 200
    site.time_passes(LATER_MS)
    assert not may(web, token, "GET", "rules")
    assert works(owner)[made["id"]] is False


def test_a_token_goes_with_a_role_that_discord_gave(site: Site, web: Web, ada: int) -> None:
    grace = site.person("grace")
    role = site.discord.world.add_role(GUILD, "Admins", ADMINISTRATOR)
    site.discord.world.add_member(GUILD, grace, [role.id])
    browser = site.browser(web, grace)
    token = make(browser, role="admin")["token"]
    site.discord.world.remove_member(GUILD, grace)
    site.time_passes(LATER_MS)
    assert status(browser, ADDRESS + "/rules") == 403  # now we know that she left
    site.time_passes(LATER_MS)
    assert not may(web, token, "GET", "rules")


def test_a_bot_token_needs_its_maker_to_be_admin(site: Site, web: Web, ada: int) -> None:
    grace = site.person("grace")
    give(web, grace, "admin")
    bot = web.client(make(site.browser(web, grace), kind="bot")["token"])
    assert ingest(bot, violation()).status_code == 202
    give(web, grace, "moderator")
    site.time_passes(LATER_MS)
    refused = ingest(bot, violation())
    assert refused.status_code == 403
    assert "no admin" in (refused.json or {})["detail"]


def test_an_operators_token_asks_nobody(site: Site, web: Web, ada: int) -> None:
    assert may(web, web.api_token(GUILD, role="owner"), "PUT", "rules")
    assert ingest(web.bot(GUILD), violation()).status_code == 202


def test_who_stands_behind_a_token_stands_behind_what_it_makes(
    site: Site, web: Web, ada: int
) -> None:
    """An owner's token once made its maker owner again, and endless tokens after a day."""
    grace = site.person("grace")
    give(web, grace, "owner")
    parent = make(site.browser(web, grace), role="owner", expires_days=1)
    by_token = web.client(parent["token"])
    own_role = f"{ADDRESS}/roles/{grace}"
    assert by_token.put(own_role, json={"role": "owner"}).status_code == 403
    assert by_token.delete(own_role).status_code == 403
    child = make(by_token, role="admin")
    assert child["created_by"] == str(grace)
    assert child["expires_at"] == parent["expires_at"]
    assert make(by_token, role="admin", expires_days=30)["expires_at"] == parent["expires_at"]
    bot = make(by_token, kind="bot")
    owner = site.browser(web, ada)
    assert owner.delete(f"{ADDRESS}/tokens/{parent['id']}").status_code == 200
    site.time_passes(LATER_MS)
    assert not may(web, child["token"], "GET", "rules")
    assert ingest(web.client(bot["token"]), violation()).status_code == 401
    assert not any(works(owner)[one["id"]] for one in (parent, child, bot))


def test_a_child_ends_with_its_parents_time(site: Site, web: Web, ada: int) -> None:
    parent = make(site.browser(web, ada), role="owner", expires_days=1)
    child = make(web.client(parent["token"]), role="viewer")["token"]
    site.time_passes(DAY_MS + 1)
    assert not may(web, child, "GET", "rules")


@pytest.mark.parametrize("role", ["owner", "admin", "viewer"])
def test_an_admin_ends_no_owners_token(site: Site, web: Web, ada: int, role: str) -> None:
    token = make(site.browser(web, ada), role=role)
    grace = site.person("grace")
    give(web, grace, "admin")
    answer = site.browser(web, grace).delete(f"{ADDRESS}/tokens/{token['id']}")
    assert answer.status_code == (403 if role == "owner" else 200)


def test_the_last_owner_cannot_erase_themselves(site: Site, web: Web, ada: int) -> None:
    lone = 4242
    ingest(web.bot(), event("guild", lone))
    grace = site.person("grace")
    give(web, grace, "owner", guild_id=lone)
    browser = site.browser(web, grace)
    path = f"/api/v1/servers/{lone}"
    for who in (browser, web.reader(lone, role="owner")):
        refused = who.delete(f"{path}/members/{grace}")
        assert refused.status_code == 403
        assert "last owner" in (refused.json or {})["detail"]
    assert (browser.get(f"{path}/roles").json or {})["roles"] != []
    give(web, site.person("other"), "owner", guild_id=lone)
    assert browser.delete(f"{path}/members/{grace}").status_code == 200
