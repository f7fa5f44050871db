"""Hosting strangers is the operator's decision, and what they may take has an end."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from domain.clock import parse_rfc3339, rfc3339
from domain.hosting import HostingRule
from domain.windows import DAY_MS
from models.guilds.guild import add_guilds
from tests.counted import counted
from tests.login.site import Site, roles_of
from tests.parts import GUILD, OTHER_GUILD, Web, ingest, messages, violation

OPEN = HostingRule(is_open=True)
ADDRESS = f"/api/v1/servers/{GUILD}"


def web_of(site: Site, **changes: Any) -> Web:
    return site.web(replace(site.settings, **({"hosting": HostingRule()} | changes)))


def make_bot(web: Web, site: Site, person: int) -> Any:
    made = site.browser(web, person).post(f"{ADDRESS}/tokens", json={"name": "x", "kind": "bot"})
    assert made.status_code == 201
    return web.client((made.json or {})["token"])


def test_a_stranger_with_a_guild_gets_nothing_until_invited(site: Site, ada: int) -> None:
    web = web_of(site)
    browser = site.browser(web, ada)
    assert roles_of(browser) == {}
    assert browser.put(f"{ADDRESS}/rules", json={"rules": "mine"}).status_code == 403
    assert browser.post(f"{ADDRESS}/tokens", json={"name": "x", "kind": "bot"}).status_code == 403
    with web.parts.database.write() as connection:
        add_guilds(connection, [GUILD])
    site.time_passes(5_000)
    assert roles_of(browser) == {GUILD: "owner"}


def test_what_the_operators_bot_sends_is_hosted(site: Site, ada: int) -> None:
    web = web_of(site)
    assert ingest(web.bot(), violation()).status_code == 202
    assert roles_of(site.browser(web, ada)) == {GUILD: "owner"}


def test_a_list_of_servers_is_all_there_is(site: Site, ada: int) -> None:
    web = web_of(site, hosting=HostingRule(guild_ids=frozenset([OTHER_GUILD])))
    ingest(web.bot(), violation())
    assert roles_of(site.browser(web, ada)) == {}
    listed = web_of(site, hosting=HostingRule(guild_ids=frozenset([GUILD])))
    assert roles_of(site.browser(listed, ada)) == {GUILD: "owner"}


def test_by_word_everybody_may_come(site: Site, ada: int) -> None:
    assert roles_of(site.browser(web_of(site, hosting=OPEN), ada)) == {GUILD: "owner"}


@pytest.mark.parametrize(
    ("quota", "of", "words"),
    [
        ("guild_events_per_day", "events", "3 events a day"),
        ("guild_megabytes_per_day", "bytes", "bytes a day"),
    ],
)
def test_a_day_has_its_quota(site: Site, ada: int, quota: str, of: str, words: str) -> None:
    most = {"guild_events_per_day": 3, "guild_megabytes_per_day": 1}[quota]
    web = web_of(site, hosting=OPEN, **{quota: most})
    bot = make_bot(web, site, ada)
    events = [messages(timestamp_ms=site.clock()) for _ in range(3)]
    if quota == "guild_megabytes_per_day":
        events = [violation(timestamp_ms=site.clock(), reason="x" * 900) for _ in range(600)]
    assert ingest(bot, *events).status_code == 202
    before = counted("quota_refusals_total", quota=of)
    refused = ingest(bot, violation(timestamp_ms=site.clock()))
    assert refused.status_code == 429
    assert words in (refused.json or {})["detail"]
    assert counted("quota_refusals_total", quota=of) == before + 1
    seconds = int(refused.headers["Retry-After"])
    assert 0 < seconds <= DAY_MS // 1000
    assert ingest(web.bot(), violation(timestamp_ms=site.clock())).status_code == 202
    used = site.browser(web, ada).get(f"{ADDRESS}/usage").json or {}
    assert used["events"] == len(events) + 1
    assert used["stored_bytes"] > 0
    assert used["tokens"] == 1
    assert used["resets_at"] == rfc3339((site.clock() // DAY_MS + 1) * DAY_MS)
    site.time_passes(seconds * 1000)
    assert parse_rfc3339(used["resets_at"]) <= site.clock()
    assert ingest(bot, violation(timestamp_ms=site.clock())).status_code == 202


def test_tokens_have_a_quota_that_revoked_ones_do_not_use(site: Site, ada: int) -> None:
    web = web_of(site, hosting=OPEN, guild_tokens=2)
    browser = site.browser(web, ada)

    def make() -> Any:
        return browser.post(f"{ADDRESS}/tokens", json={"name": "x", "role": "viewer"})

    first = make().json
    assert make().status_code == 201
    refused = make()
    assert refused.status_code == 429
    assert "2 tokens" in (refused.json or {})["detail"]
    assert browser.delete(f"{ADDRESS}/tokens/{first['id']}").status_code == 200
    assert make().status_code == 201
