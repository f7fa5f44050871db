"""A login outlives the processes that made it, and Redis."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from services.accounts.memberships import KNOWN_MS
from tests.discord.server import Discord
from tests.login.site import GUILDS, Site, browser, roles_of, secret_of, status
from tests.parts import GUILD
from tests.servers.valkey import Valkey


@pytest.fixture
def whole_site(
    database_url: str, discord: Discord, tmp_path: Path, valkey: Valkey
) -> Iterator[Site]:
    made = Site(discord, database_url, tmp_path, valkey.url)
    yield made
    made.close()


def test_a_login_outlives_web_and_redis(whole_site: Site, valkey: Valkey) -> None:
    site = whole_site
    ada, web = site.person(), site.web()
    site.discord.world.add_guild(GUILD, owner_id=ada)
    client = site.browser(web, ada)
    chosen = client.post("/api/servers/select", json={"guild_id": str(GUILD)})
    assert chosen.status_code == 200
    web.parts.close()
    valkey.stop()
    without_redis = site.web()
    assert roles_of(browser(without_redis, secret_of(client))) == {GUILD: "owner"}
    valkey.start()
    restarted = browser(site.web(), secret_of(client))
    assert roles_of(restarted) == {GUILD: "owner"}
    assert (restarted.get("/api/auth/me").json or {})["selected_guild_id"] == str(GUILD)
    assert site.discord.journal.count(GUILDS) == 1
    site.time_passes(KNOWN_MS)
    assert roles_of(restarted) == {GUILD: "owner"}
    assert site.discord.journal.count(GUILDS, 200) == 2


def test_logging_in_and_out_needs_no_redis(whole_site: Site, valkey: Valkey) -> None:
    site, web = whole_site, whole_site.web()
    valkey.stop()
    client = site.browser(web, site.person())
    assert status(client) == 200
    assert client.post("/api/auth/logout").status_code == 200
    assert status(client) == 401


def test_a_login_may_begin_before_a_restart_and_end_after_it(whole_site: Site) -> None:
    site = whole_site
    ada, before = site.person(), site.web()
    client = browser(before)
    address = client.get("/api/auth/login").headers["Location"]
    cookie = client.get_cookie("modwatch_handshake")
    assert cookie is not None
    before.parts.close()
    after = browser(site.web())
    after.set_cookie("modwatch_handshake", cookie.value)
    assert after.get(site.agree(address, ada)).headers["Location"] == "/"
    assert status(after) == 200
