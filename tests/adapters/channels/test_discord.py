"""Discord's webhooks: what it is sent, the life of a message, and where a webhook posts to."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import Any

import pytest

from adapters.channels.discord import Discord as DiscordChannel
from adapters.channels.discord import Place
from domain.attempts import FORGOTTEN, Outcome
from domain.messages import MessageKind
from domain.reason_words import reason_text
from tests.adapters.channels.sample import HOSTILE, LONG, MESSAGE, Sender, ways
from tests.discord.server import Discord
from tests.discord.state import Webhook

POST = "POST /webhooks/{webhook_id}/{webhook_token}"
PATCH = "PATCH /webhooks/{webhook_id}/{webhook_token}/messages/{message_id}"
SILENT = 4096


@pytest.fixture
def webhook(discord: Discord) -> Webhook:
    owner = discord.world.add_user()
    return discord.world.add_webhook(discord.world.add_guild(owner_id=owner.id).id)


@pytest.fixture
def channel(discord: Discord, webhook: Webhook) -> Sender:
    port = int(discord.url.rpartition(":")[2])
    return Sender(DiscordChannel(), {"url": discord.webhook_url(webhook)}, ways(port))


def test_a_firing_alert_is_a_message_with_its_facts_and_a_link(
    channel: Sender, webhook: Webhook
) -> None:
    attempt = channel.send()
    assert attempt.outcome is Outcome.SENT
    assert attempt.reference == str(*webhook.shown)
    (message,) = webhook.messages
    embed: dict[str, Any] = message["embeds"][0]  # type: ignore[index]
    assert message["content"] == "Critical\\: 14 violations in 60 s"
    assert embed["fields"][0] == {"name": "Violations", "value": "14", "inline": True}
    assert embed["url"] == MESSAGE.link
    assert message["components"][0]["components"][0]["url"] == MESSAGE.link  # type: ignore[index]
    assert message["allowed_mentions"] == {"parse": []}


@pytest.mark.parametrize("kind", MessageKind)
def test_the_longest_and_strangest_message_keeps_within_discords_limits(
    channel: Sender, webhook: Webhook, kind: MessageKind
) -> None:
    attempt = channel.send(LONG, kind=kind)
    assert attempt.outcome is Outcome.SENT, attempt.answer
    assert "…" in json.dumps(webhook.messages[-1], ensure_ascii=False)


def test_markdown_of_others_is_shown_as_it_was_written(channel: Sender, webhook: Webhook) -> None:
    channel.send(text=HOSTILE, title=HOSTILE)
    (message,) = webhook.messages
    embed: dict[str, Any] = message["embeds"][0]  # type: ignore[index]
    for text in (str(message["content"]), embed["description"]):
        assert not set("[]()<>@`*\\") & set(re.sub(r"\\.", "", text))
        assert re.sub(r"\\(.)", r"\1", text).endswith(HOSTILE)


def test_only_the_role_that_the_owner_chose_is_mentioned_and_only_where_it_begins(
    channel: Sender, webhook: Webhook
) -> None:
    channel.send(mention_role=77, title="@everyone")
    channel.send(mention_role=77, kind=MessageKind.DIGEST)
    channel.send(mention_role=77, is_silent=True)
    first, digest, silent = webhook.messages
    assert first["allowed_mentions"] == {"parse": [], "roles": ["77"]}
    assert str(first["content"]).startswith("<@&77> ")
    for other in (digest, silent):
        assert other["allowed_mentions"] == {"parse": []}
        assert "<@&" not in str(other["content"])
    assert silent["flags"] == SILENT


def test_the_message_carries_the_life_of_its_alert(channel: Sender, webhook: Webhook) -> None:
    reference = channel.send().reference
    for kind in (MessageKind.ACKNOWLEDGED, MessageKind.RESOLVED):
        attempt = channel.send(kind=kind, earlier=reference)
        assert (attempt.outcome, attempt.reference) == (Outcome.SENT, None)
    first, *lines = webhook.shown.values()
    assert str(first["content"]).startswith("Resolved")
    assert [line["flags"] for line in lines] == [SILENT, SILENT]
    assert first["allowed_mentions"] == {"parse": []}


def test_in_quiet_hours_an_edit_brings_no_line(channel: Sender, webhook: Webhook) -> None:
    reference = channel.send().reference
    channel.send(kind=MessageKind.RESOLVED, earlier=reference, is_silent=True)
    (first,) = webhook.shown.values()
    assert str(first["content"]).startswith("Resolved")


def test_an_edit_is_told_though_its_line_is_not(
    discord: Discord, channel: Sender, webhook: Webhook
) -> None:
    reference = channel.send().reference
    discord.faults.fail(POST, 429, retry_after_seconds=3)
    attempt = channel.send(kind=MessageKind.RESOLVED, earlier=reference)
    assert (attempt.outcome, attempt.retry_after_ms) == (Outcome.SENT, 3000)
    assert len(webhook.shown) == 1


@pytest.mark.parametrize(("status", "code"), [(404, 10008), (400, 30046)])
def test_what_cannot_be_edited_any_more_is_posted_anew_with_the_next_attempt(
    discord: Discord, channel: Sender, webhook: Webhook, status: int, code: int
) -> None:
    discord.faults.fail(PATCH, status, body=json.dumps({"message": "no", "code": code}))
    attempt = channel.send(kind=MessageKind.RESOLVED, earlier="123")
    assert (attempt.outcome, attempt.reason) == (Outcome.NOT_SENT, "message_gone")
    assert (attempt.reference, attempt.is_channel_broken) == (FORGOTTEN, False)
    assert webhook.shown == {}
    assert channel.send(kind=MessageKind.RESOLVED, earlier=None).outcome is Outcome.SENT
    assert len(webhook.shown) == 1


@pytest.mark.parametrize(
    ("status", "said", "reason", "is_over"),
    [
        (404, {"code": 10015, "message": "Unknown Webhook"}, "webhook_deleted", True),
        (401, {"code": 50027, "message": "Invalid Webhook Token"}, "webhook_token_wrong", True),
        (403, {"code": 0, "message": "Forbidden"}, "http_403", False),
        (413, {"code": 40005, "message": "Request entity too large"}, "too_large", False),
        (400, {"code": 50035, "message": "Invalid Form Body"}, "message_refused", False),
        (400, {"code": 50035, "errors": "BASE_TYPE_MAX_LENGTH"}, "too_long", False),
        (400, {"code": []}, "http_400", False),
    ],
)
def test_what_discord_refuses_has_a_reason_in_words(
    discord: Discord, channel: Sender, status: int, said: Any, reason: str, is_over: bool
) -> None:
    discord.faults.fail(POST, status, body=json.dumps(said))
    attempt = channel.send()
    assert (attempt.outcome, attempt.reason) == (Outcome.DEAD, reason)
    assert attempt.is_channel_broken is is_over
    assert reason_text(reason).endswith(".")


def test_a_reminder_does_not_take_the_place_of_the_first_message(
    channel: Sender, webhook: Webhook
) -> None:
    reference = channel.send().reference
    attempt = channel.send(kind=MessageKind.REMINDER, earlier=reference)
    assert (attempt.outcome, attempt.reference) == (Outcome.SENT, None)
    assert len(webhook.shown) == 2


def test_only_an_edit_may_be_repeated_in_doubt() -> None:
    channel, resolved = DiscordChannel(), replace(MESSAGE, kind=MessageKind.RESOLVED)
    assert channel.is_repeatable(replace(resolved, earlier="1"))
    assert not channel.is_repeatable(resolved)
    assert not channel.is_repeatable(replace(MESSAGE, earlier="1"))


def test_a_200_without_an_id_is_no_proof(discord: Discord, channel: Sender) -> None:
    discord.faults.fail(POST, 200, body="{}")
    attempt = channel.send()
    assert (attempt.outcome, attempt.reason) == (Outcome.IN_DOUBT, "not_confirmed")


def test_a_removed_webhook_and_a_wrong_token_end_the_channel(
    discord: Discord, channel: Sender, webhook: Webhook
) -> None:
    counted: list[int] = []
    channel.ways = replace(
        channel.ways, discord_answered=lambda status, _headers: counted.append(status)
    )
    webhook.token = "another"
    wrong = channel.send()
    discord.world.remove_webhook(webhook.id)
    gone = channel.send()
    for attempt, status in ((wrong, 401), (gone, 404)):
        assert (attempt.outcome, attempt.http_status) == (Outcome.DEAD, status)
        assert attempt.is_channel_broken
    assert counted == [401, 404]


def test_the_last_request_of_a_window_tells_how_long_to_pause(
    discord: Discord, channel: Sender
) -> None:
    discord.limits.set_route(POST, requests=1, window_seconds=4)
    first, second = channel.send(), channel.send()
    assert first.outcome is Outcome.SENT
    assert first.retry_after_ms is not None
    assert 0 < first.retry_after_ms <= 4000
    assert second.outcome is Outcome.WAIT


def test_a_webhook_says_where_it_posts_to(
    discord: Discord, channel: Sender, webhook: Webhook
) -> None:
    kind = DiscordChannel()
    attempt, place = kind.place(channel.settings, channel.ways)
    assert attempt.outcome is Outcome.SENT
    assert place == Place(webhook.guild_id, webhook.channel_id, "Captain Hook")
    discord.world.remove_webhook(webhook.id)
    attempt, place = kind.place(channel.settings, channel.ways)
    assert (attempt.outcome, place) == (Outcome.DEAD, None)
    assert webhook.messages == []
