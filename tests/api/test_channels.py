"""Channels of a server: made, changed and removed, and what each person sees of them."""

from __future__ import annotations

import orjson
import pytest
from flask.testing import FlaskClient
from sqlalchemy import text

from tests.api.channel_parts import (
    BASE,
    TOKEN,
    admin,
    hook,
    hook_body,
    listed,
    made,
    post,
    refused,
    web,
    webhook,
)
from tests.discord.server import Discord
from tests.discord.state import Webhook
from tests.parts import GUILD, OTHER_GUILD, JsonObject, Web
from tests.servers.providers.hook import HookStandIn

__all__ = ["admin", "hook", "post", "web", "webhook"]  # fixtures


def test_a_channel_is_made_with_what_was_chosen(admin: FlaskClient, hook: HookStandIn) -> None:
    chosen = {
        "name": "our own",
        "threshold": "high",
        "events": ["mass_violations", "bot_offline"],
        "after_minutes": 15,
        "let_through": "critical",
        "in_doubt": "repeat",
    }
    saved = made(admin, hook_body(hook, **chosen))
    assert saved["signing_secret"].startswith("whsec_")
    assert saved["warnings"] == []
    (channel,) = listed(admin)
    assert channel == saved["channel"]
    assert {name: channel[name] for name in chosen} == chosen
    assert channel["settings"]["url"] == f"********{hook.address[-4:]}"
    assert (channel["state"], channel["revision"]) == ("ok", 1)


def test_the_kinds_say_how_they_are_set_up(admin: FlaskClient) -> None:
    kinds = {kind["kind"]: kind for kind in admin.get(BASE).get_json()["kinds"]}
    assert kinds["discord"]["settings"][0]["name"] == "url"
    assert kinds["email"]["unavailable"] is None
    assert "MODWATCH_APPRISE_SCHEMES" in kinds["apprise"]["unavailable"]
    assert [kind for kind in kinds if kinds[kind]["has_signing_secret"]] == ["webhook"]
    assert all(kind["setup"] and kind["leaves"] for kind in kinds.values())


def test_no_secret_is_in_any_answer_row_or_entry(
    web: Web, admin: FlaskClient, discord: Discord, webhook: Webhook
) -> None:
    url = discord.webhook_url(webhook)
    saved = made(admin, {"kind": "discord", "settings": {"url": url}})
    id = saved["channel"]["id"]
    answers = [admin.get(BASE), admin.patch(f"{BASE}/{id}", json={"settings": {"url": url}})]
    answers += [admin.post(f"{BASE}/{id}/test", json={})]
    answers += [admin.post(BASE, json={"kind": "discord", "settings": {"url": f"{url}/x"}})]
    answers += [admin.patch(f"{BASE}/{id}", json={"name": "renamed"})]
    answers += [admin.delete(f"{BASE}/{id}")]
    said = orjson.dumps(saved).decode() + "".join(answer.get_data(True) for answer in answers)
    with web.parts.database.read() as connection:
        for table in ("channels", "audit_log", "outbox", "notifications"):
            rows = connection.execute(text(f"SELECT * FROM {table}"))
            said += str([tuple(row) for row in rows])  # a Row by itself is shown shortened
    pieces = {TOKEN[start : start + 6] for start in range(len(TOKEN) - 5)}
    assert {piece for piece in pieces if piece in said} == set()


def test_viewers_see_channels_but_no_whole_address(web: Web, admin: FlaskClient) -> None:
    made(admin, {"kind": "email", "settings": {"addresses": ["ada@example.org"]}})
    (whole,) = listed(admin)
    (masked,) = listed(web.reader(GUILD))
    assert whole["settings"] == {"addresses": ["ada@example.org"]}
    assert masked["settings"] == {"addresses": ["a********@example.org"]}
    assert web.reader(GUILD).post(BASE, json={}).status_code == 403
    assert listed_in_other(web) == []


def listed_in_other(web: Web) -> list[JsonObject]:
    path = f"/api/v1/servers/{OTHER_GUILD}/channels"
    found: list[JsonObject] = web.reader(OTHER_GUILD).get(path).get_json()["channels"]
    return found


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"kind": "pigeon", "settings": {}}, "kind"),
        ({"kind": "slack"}, "settings"),
        ({"kind": "slack", "settings": {"url": "https://evil.example/x"}}, "settings"),
        ({"kind": "webhook", "settings": {"url": "https://169.254.169.254/"}}, "settings"),
        ({"kind": "webhook", "settings": {"url": "https://discord.com@evil.example/"}}, "settings"),
        ({"kind": "webhook", "settings": {"signing_secret": "whsec_x"}}, "settings"),
        ({"kind": "slack", "settings": {}, "after_minutes": -1}, "after_minutes"),
        ({"kind": "slack", "settings": {}, "threshold": "loud"}, "threshold"),
        ({"kind": "slack", "settings": {}, "events": ["rain"]}, "events"),
        ({"kind": "slack", "settings": {}, "name": ""}, "name"),
        ({"kind": "slack", "settings": {}, "colour": "red"}, "colour"),
    ],
)
def test_what_cannot_be_is_refused_by_its_name_and_changes_nothing(
    admin: FlaskClient, body: JsonObject, field: str
) -> None:
    assert field in refused(admin.post(BASE, json=body))
    assert listed(admin) == []


def test_only_discord_mentions_a_role(admin: FlaskClient, hook: HookStandIn) -> None:
    assert "mention_role" in refused(admin.post(BASE, json=hook_body(hook, mention_role="77")))


def test_a_server_has_twenty_channels_at_most(admin: FlaskClient, hook: HookStandIn) -> None:
    for _ in range(20):
        made(admin, hook_body(hook))
    answer = admin.post(BASE, json=hook_body(hook))
    assert refused(answer, 409) == {}
    assert len(listed(admin)) == 20


def test_a_mask_sent_back_changes_nothing(admin: FlaskClient, hook: HookStandIn) -> None:
    channel = made(admin, hook_body(hook))["channel"]
    path = f"{BASE}/{channel['id']}"
    sent = {"settings": channel["settings"], "kind": "webhook"}
    assert admin.patch(path, json=sent).get_json()["channel"] == channel
    admin.post(f"{path}/rotate-secret")
    (rotated,) = listed(admin)
    assert admin.patch(path, json={"settings": rotated["settings"]}).status_code == 200
    assert listed(admin) == [rotated]


def test_a_change_counts_the_revision_and_a_stale_one_is_refused(
    admin: FlaskClient, hook: HookStandIn
) -> None:
    path = f"{BASE}/{made(admin, hook_body(hook))['channel']['id']}"
    first = admin.patch(path, json={"name": "one", "revision": 1}).get_json()["channel"]
    assert (first["name"], first["revision"]) == ("one", 2)
    assert refused(admin.patch(path, json={"name": "two", "revision": 1}), 409) == {}
    same = admin.patch(path, json={"name": "one"}).get_json()["channel"]
    assert same["revision"] == 2
    assert listed(admin)[0]["name"] == "one"


def test_the_kind_never_changes(admin: FlaskClient, hook: HookStandIn) -> None:
    path = f"{BASE}/{made(admin, hook_body(hook))['channel']['id']}"
    assert "kind" in refused(admin.patch(path, json={"kind": "slack", "name": "x"}))
    assert listed(admin)[0]["name"] == "Webhook"


def test_who_mends_a_broken_channel_has_it_tried_again(
    web: Web, admin: FlaskClient, hook: HookStandIn
) -> None:
    path = f"{BASE}/{made(admin, hook_body(hook))['channel']['id']}"
    with web.parts.database.write() as connection:
        connection.execute(text("UPDATE channels SET state = 'broken', last_failure = 'http_410'"))
    renamed = admin.patch(path, json={"name": "x"}).get_json()["channel"]
    assert (renamed["state"], renamed["last_failure"]) == ("broken", "http_410")
    for change in ({"settings": {"url": f"{hook.address}2"}}, {"enabled": True}):
        with web.parts.database.write() as connection:
            connection.execute(text("UPDATE channels SET state = 'broken'"))
        mended = admin.patch(path, json=change).get_json()["channel"]
        assert (mended["state"], mended["last_failure"]) == ("ok", None)


def test_a_channel_that_is_not_there_is_404(
    web: Web, admin: FlaskClient, hook: HookStandIn
) -> None:
    id = made(admin, hook_body(hook))["channel"]["id"]
    elsewhere = web.reader(OTHER_GUILD, role="admin")
    ways = (("PATCH", ""), ("DELETE", ""), ("POST", "/test"), ("POST", "/rotate-secret"))
    for method, end in ways:
        path = f"/api/v1/servers/{OTHER_GUILD}/channels/{id}{end}"
        assert elsewhere.open(path, method=method, json={}).status_code == 404
    assert admin.delete(f"{BASE}/{id}").status_code == 200
    for method, end in ways:
        assert admin.open(f"{BASE}/{id}{end}", method=method, json={}).status_code == 404
