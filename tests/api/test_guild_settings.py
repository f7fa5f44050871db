"""A server's rules, config and roles as a viewer reads them."""

from __future__ import annotations

from typing import Any

from sqlalchemy import insert, text

from adapters.redis.cache_aside import rules_key
from domain.clock import rfc3339
from models.accounts.roles import RoleAssignment
from services.guilds.changes import MOST_ROLES
from services.guilds.settings import CACHED_MS, NAMELESS_MS
from tests.parts import GUILD, NOW_MS, OTHER_GUILD, Web, event, ingest
from tests.servers.valkey import Valkey

OWN = f"/api/v1/servers/{GUILD}"
RULES = "1. Be kind ☃\n2. <b>No spam</b>"


def configure(web: Web, guild_id: int) -> None:
    owner, address = web.reader(guild_id, role="owner"), f"/api/v1/servers/{guild_id}"
    config = {
        "severity_threshold": 0.25,
        "buffer_timeout_secs": 60,
        "buffer_threshold": 5,
        "mod_role_id": "9223372036854775807",
        "timezone": "Europe/Berlin",
    }
    assert owner.put(f"{address}/config", json=config).status_code == 200
    assert owner.put(f"{address}/rules", json={"rules": RULES}).status_code == 200
    into = "INSERT INTO role_assignments (guild_id, user_id, role, assigned_by, assigned_ms)"
    roles = f"({guild_id}, 42, 'admin', 41, {NOW_MS}), ({guild_id}, 43, 'viewer', 42, {NOW_MS})"
    with web.parts.database.write() as connection:
        connection.execute(text(f"{into} VALUES {roles}"))


def test_what_is_set_is_read(web: Web) -> None:
    configure(web, GUILD)
    ingest(web.bot(), event("user", user_id="42", username="ada"))
    reader = web.reader()
    assert reader.get(f"{OWN}/config").json == {
        "severity_threshold": 0.25,
        "buffer_timeout_secs": 60,
        "buffer_threshold": 5,
        "mod_role_id": "9223372036854775807",
        "timezone": "Europe/Berlin",
        "version": 1,
    }
    assert reader.get(f"{OWN}/rules").json == {
        "rules": RULES,
        "has_rules": True,
        "updated_at": rfc3339(NOW_MS),
        "updated_by": None,
        "updated_by_username": None,
        "updated_by_avatar": None,
    }
    roles: Any = reader.get(f"{OWN}/roles").json
    names = ("user_id", "username", "role", "assigned_by", "assigned_by_username", "assigned_at")
    assert sorted(tuple(one[name] for name in names) for one in roles["roles"]) == [
        ("42", "ada", "admin", "41", None, rfc3339(NOW_MS)),
        ("43", None, "viewer", "42", "ada", rfc3339(NOW_MS)),
    ]


def test_another_guild_has_its_own(web: Web) -> None:
    configure(web, OTHER_GUILD)
    reader = web.reader()
    config: Any = reader.get(f"{OWN}/config").json
    rules: Any = reader.get(f"{OWN}/rules").json
    assert (config["version"], rules["has_rules"]) == (0, False)
    assert reader.get(f"{OWN}/roles").json == {"roles": []}


def test_who_wrote_the_rules_shows_soon_after_the_name_is_known(web: Web, valkey: Valkey) -> None:
    """Of what Redis keeps: a name that comes with a bot's event drops nothing there."""
    into = "INSERT INTO guild_rules (guild_id, rules, updated_ms, updated_by)"
    with web.parts.database.write() as connection:
        for guild_id, user_id in ((GUILD, 41), (OTHER_GUILD, 42)):
            connection.execute(text(f"{into} VALUES ({guild_id}, 'x', {NOW_MS}, {user_id})"))
    ingest(web.bot(), event("user", OTHER_GUILD, user_id="42", username="ada"))
    reader = web.reader(GUILD, OTHER_GUILD)
    names = [
        (reader.get(f"/api/v1/servers/{guild_id}/rules").json or {})["updated_by_username"]
        for guild_id in (GUILD, OTHER_GUILD)
    ]
    assert names == [None, "ada"]
    with valkey.client() as client:
        nameless_ms, named_ms = (client.pttl(rules_key(id)) for id in (GUILD, OTHER_GUILD))
    assert 0 < nameless_ms <= NAMELESS_MS < named_ms <= CACHED_MS


def test_a_thousand_people_of_a_server_have_a_role_from_here(web: Web) -> None:
    people = range(1_000, 1_000 + MOST_ROLES)
    given = {"guild_id": GUILD, "role": "viewer", "assigned_by": 1, "assigned_ms": NOW_MS}
    rows = [given | {"user_id": user_id} for user_id in people]
    with web.parts.database.write() as connection:
        connection.execute(insert(RoleAssignment), rows)
    owner = web.reader(role="owner")
    one_more = owner.put(f"{OWN}/roles/7", json={"role": "viewer"})
    assert one_more.status_code == 409
    assert "at most 1,000 people" in (one_more.json or {})["detail"]
    assert owner.put(f"{OWN}/roles/1000", json={"role": "moderator"}).status_code == 200
    assert owner.delete(f"{OWN}/roles/1000").status_code == 200
    assert owner.put(f"{OWN}/roles/7", json={"role": "viewer"}).status_code == 200
