"""Channels tried: tests of them, where a webhook posts to, and fresh secrets."""

from __future__ import annotations

from uuid import UUID

from flask.testing import FlaskClient
from sqlalchemy import update

from models.idempotency.keys import IdempotencyKey
from tests.api.channel_parts import (
    BASE,
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
from tests.parts import GUILD, Web, ingest, violation
from tests.servers.mail import Post
from tests.servers.providers.hook import HookStandIn

__all__ = ["admin", "hook", "post", "web", "webhook"]  # fixtures


def test_a_test_says_what_the_provider_said(admin: FlaskClient, hook: HookStandIn) -> None:
    saved = made(admin, hook_body(hook))
    hook.secret = saved["signing_secret"]
    path = f"{BASE}/{saved['channel']['id']}/test"
    good = admin.post(path, json={}).get_json()
    assert good.pop("took_ms") >= 0
    assert good == {"outcome": "sent", "reason": "sent", "http_status": 200, "answer": "thank you"}
    assert hook.accepted[0]["type"] == "modwatch.test"
    hook.secret = "whsec_" + "A" * 32
    bad = admin.post(path, json={}).get_json()
    assert (bad["outcome"], bad["http_status"]) == ("dead", 400)
    assert bad["answer"] == "No matching signature found"


def test_a_test_works_before_saving_and_over_what_is_saved(
    web: Web, admin: FlaskClient, discord: Discord, webhook: Webhook
) -> None:
    url = discord.webhook_url(webhook)
    body = {"kind": "discord", "settings": {"url": url}}
    assert admin.post(f"{BASE}/test", json=body).get_json()["outcome"] == "sent"
    assert listed(admin) == []
    channel = made(admin, body)["channel"]
    tested = admin.post(
        f"{BASE}/{channel['id']}/test",
        json={"settings": {"url": channel["settings"]["url"], "thread_id": "5"}},
    )
    assert tested.get_json()["outcome"] == "sent"
    assert len(webhook.messages) == 2
    assert listed(admin) == [channel]


def test_five_tests_a_minute_are_enough(web: Web, admin: FlaskClient, hook: HookStandIn) -> None:
    path = f"{BASE}/{made(admin, hook_body(hook))['channel']['id']}/test"
    statuses = [admin.post(path, json={}).status_code for _ in range(6)]
    assert statuses == [200] * 5 + [429]
    assert len(hook.requests) == 5
    web.clock.advance(61_000)
    assert admin.post(path, json={}).status_code == 200


def test_a_test_that_is_asked_for_again_is_not_sent_again(
    admin: FlaskClient, hook: HookStandIn
) -> None:
    body = hook_body(hook)
    saved = made(admin, body)["channel"]["id"]
    for path, json in ((f"{BASE}/{saved}/test", {}), (f"{BASE}/test", body)):
        tried = [admin.post(path, json=json, headers={"Idempotency-Key": "k"}) for _ in range(2)]
        assert tried[0].data == tried[1].data
    assert len(hook.requests) == 2


def test_one_that_was_cut_short_is_sent_again_under_the_same_name(
    web: Web, admin: FlaskClient, hook: HookStandIn
) -> None:
    """Its process was killed behind the request: who drops repeats drops this one."""
    body = hook_body(hook)
    saved = made(admin, body)
    hook.secret = saved["signing_secret"]
    path, headers = f"{BASE}/{saved['channel']['id']}/test", {"Idempotency-Key": "k"}
    assert admin.post(path, json={}, headers=headers).get_json()["outcome"] == "sent"
    with web.parts.database.write() as connection:
        left = {"status": None, "claim": UUID(int=1), "claimed_until_ms": web.clock() - 1}
        connection.execute(update(IdempotencyKey).values(**left))
    assert admin.post(path, json={}, headers=headers).get_json()["outcome"] == "sent"
    assert list(hook.seen.values()) == [2]
    assert len({body["data"]["story"] for body in hook.accepted}) == 1


def test_a_test_of_mail_goes_to_one_address(admin: FlaskClient, post: Post) -> None:
    addresses = ["ada@example.org", "grace@example.org"]
    body = {"kind": "email", "settings": {"addresses": addresses}}
    path = f"{BASE}/{made(admin, body)['channel']['id']}/test"
    for target in ("", "grace@example.org"):
        assert admin.post(path, json={"target": target}).get_json()["outcome"] == "sent"
    assert [letter.recipients for letter in post.letters] == [[name] for name in addresses]
    assert "target" in refused(admin.post(path, json={"target": "eve@example.org"}))


def test_saving_a_discord_webhook_says_where_it_posts_to(
    web: Web, admin: FlaskClient, discord: Discord, webhook: Webhook
) -> None:
    channel_id = str(webhook.channel_id)
    _name_channel(web, channel_id, "mods")
    own = made(admin, {"kind": "discord", "settings": {"url": discord.webhook_url(webhook)}})
    place = {
        "server_id": str(GUILD),
        "channel_id": channel_id,
        "channel_name": "mods",
        "name": "Captain Hook",
    }
    assert (own["place"], own["warnings"]) == (place, [])
    other = discord.world.add_guild(owner_id=discord.world.add_user().id)
    stray = discord.world.add_webhook(other.id)
    _name_channel(web, str(stray.channel_id), "theirs")
    found = made(admin, {"kind": "discord", "settings": {"url": discord.webhook_url(stray)}})
    assert found["place"]["server_id"] == str(other.id)
    assert found["place"]["channel_name"] is None
    assert found["warnings"] == ["This webhook posts to another server than this one."]
    discord.world.remove_webhook(stray.id)
    gone = {"kind": "discord", "settings": {"url": discord.webhook_url(stray)}}
    assert "settings" in refused(admin.post(BASE, json=gone))
    discord.go_away()
    unknown = made(admin, {"kind": "discord", "settings": {"url": discord.webhook_url(webhook)}})
    assert unknown["place"] is None
    assert "not known" in unknown["warnings"][0]


def _name_channel(web: Web, id: str, name: str) -> None:
    named = violation(timestamp_ms=web.clock(), channel_id=id, channel_name=name)
    assert ingest(web.bot(), named).status_code == 202


def test_a_fresh_secret_signs_beside_the_earlier_one(
    admin: FlaskClient, hook: HookStandIn, discord: Discord, webhook: Webhook
) -> None:
    saved = made(admin, hook_body(hook))
    path = f"{BASE}/{saved['channel']['id']}"
    rotated = admin.post(f"{path}/rotate-secret").get_json()
    assert rotated["signing_secret"] not in (None, saved["signing_secret"])
    for hook.secret in (saved["signing_secret"], rotated["signing_secret"]):
        assert admin.post(f"{path}/test", json={}).get_json()["outcome"] == "sent"
    body = {"kind": "discord", "settings": {"url": discord.webhook_url(webhook)}}
    other = made(admin, body)["channel"]["id"]
    assert "kind" in refused(admin.post(f"{BASE}/{other}/rotate-secret"))
