"""The addresses in the notification preferences: judged by their parts, and kept as channels."""

from __future__ import annotations

from typing import Any

import pytest

from tests.parts import GUILD, JsonObject, Web

PREFERENCES = f"/api/v1/servers/{GUILD}/notification-preferences"
DISCORD = "https://discord.com/api/webhooks/1300/aToken-of-a-webhook"
SLACK = "https://hooks.slack.com/services/T0/B0/aToken"


def put(web: Web, **values: Any) -> tuple[int, JsonObject]:
    answer = web.reader(GUILD, role="admin").put(PREFERENCES, json=values)
    body: JsonObject = answer.get_json()
    return answer.status_code, body


def kept(web: Web) -> JsonObject:
    found: JsonObject = web.reader(GUILD, role="admin").get(PREFERENCES).get_json()
    return found


@pytest.mark.parametrize(
    ("field", "address"),
    [
        ("discord_webhook_url", "https://169.254.169.254/latest/meta-data/"),
        ("discord_webhook_url", "https://discord.com@evil.example/api/webhooks/1/x"),
        ("discord_webhook_url", "https://discord.com.evil.example/api/webhooks/1/x"),
        ("discord_webhook_url", "https://evil.example/?https://discord.com/api/webhooks/1/x"),
        ("discord_webhook_url", "https://discord.com:8443/api/webhooks/1/x"),
        ("discord_webhook_url", "https://discord.com/api/users/@me"),
        ("discord_webhook_url", "https://discord.com\\@evil.example/api/webhooks/1/x"),
        ("discord_webhook_url", SLACK),
        ("slack_webhook_url", DISCORD),
        ("slack_webhook_url", "https://hooks.slack.com@evil.example/services/T0/B0/x"),
        ("slack_webhook_url", "https://127.0.0.1/services/T0/B0/x"),
        ("email_addresses", ["mods@example.org", "no address"]),
    ],
)
def test_an_address_that_leads_elsewhere_is_refused_and_nothing_changes(
    web_on_sqlite: Web, field: str, address: str | list[str]
) -> None:
    before = kept(web_on_sqlite)
    status, body = put(web_on_sqlite, **{field: address, "notification_threshold": "critical"})
    assert (status, list(body["errors"])) == (422, [field])
    assert "evil" not in f"{body['errors']}"
    assert kept(web_on_sqlite) == before


def test_good_addresses_are_channels_and_null_takes_them_away(web_on_sqlite: Web) -> None:
    assert put(web_on_sqlite, discord_webhook_url=DISCORD, slack_webhook_url=SLACK)[0] == 200
    channels = web_on_sqlite.reader(GUILD).get(f"/api/v1/servers/{GUILD}/channels").get_json()
    assert {channel["kind"] for channel in channels["channels"]} == {"discord", "slack"}
    masked = kept(web_on_sqlite)
    assert masked["discord_webhook_url"] == "********hook"
    again = {name: masked[name] for name in ("discord_webhook_url", "slack_webhook_url")}
    assert put(web_on_sqlite, **again)[0] == 200
    assert kept(web_on_sqlite) == masked
    assert put(web_on_sqlite, discord_webhook_url=None, slack_webhook_url=None)[0] == 200
    assert kept(web_on_sqlite)["discord_webhook_url"] is None
