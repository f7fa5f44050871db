"""Messages to webhooks: what arrives, and what Discord refuses."""

from typing import Any

import httpx
import pytest

from tests.discord.messages import MOST_BYTES
from tests.discord.server import Discord
from tests.discord.state import Webhook

ADDRESS = "https://modwatch.test/"


@pytest.fixture
def webhook(discord: Discord, ada: int) -> Webhook:
    return discord.world.add_webhook(discord.world.add_guild(owner_id=ada).id)


def path_of(webhook: Webhook) -> str:
    return f"webhooks/{webhook.id}/{webhook.token}"


def test_a_message_arrives(ask: httpx.Client, webhook: Webhook) -> None:
    assert ask.post(path_of(webhook), json={"content": "A raid"}).status_code == 204
    assert webhook.messages == [{"content": "A raid"}]


def test_the_address_that_discord_shows_works(
    discord: Discord, ask_unversioned: httpx.Client, webhook: Webhook
) -> None:
    answer = ask_unversioned.post(discord.webhook_url(webhook), json={"content": "A raid"})
    assert answer.status_code == 204


def test_a_client_may_wait_for_its_message(ask: httpx.Client, webhook: Webhook) -> None:
    embed = {
        "title": "Raid",
        "description": "12 violations in 60 s",
        "url": ADDRESS,
        "color": 0xFF7B72,
        "timestamp": "2026-01-02T03:04:05.678Z",
        "footer": {"text": "Modwatch", "icon_url": None},
        "author": {"url": ADDRESS},
        "image": {"url": "attachment://chart.png"},
        "fields": [{"name": "Rule", "value": "Spam"}],
        "provider": None,
    }
    message = {"username": "Modwatch", "embeds": [embed]}
    answer = ask.post(path_of(webhook), params={"wait": "true"}, json=message)
    assert answer.status_code == 200
    shown = answer.json()
    assert shown["author"]["username"] == "Modwatch"
    assert shown["embeds"][0]["fields"] == [{"name": "Rule", "value": "Spam", "inline": False}]
    assert "author" not in shown["embeds"][0]
    assert webhook.messages == [message]


def test_a_message_is_edited_where_it_stands(ask: httpx.Client, webhook: Webhook) -> None:
    posted = ask.post(path_of(webhook), params={"wait": "true"}, json={"content": "A raid"})
    place = f"{path_of(webhook)}/messages/{posted.json()['id']}"
    edited = ask.patch(place, json={"content": "Over", "embeds": [{"title": "Resolved"}]})
    assert (edited.status_code, edited.json()["content"]) == (200, "Over")
    assert [each["content"] for each in webhook.shown.values()] == ["Over"]
    too_long = ask.patch(place, json={"content": "x" * 2001})
    assert (too_long.status_code, too_long.json()["code"]) == (400, 50035)
    webhook.shown.clear()
    gone = ask.patch(place, json={"content": "Over"})
    assert (gone.status_code, gone.json()["code"]) == (404, 10008)


def test_files_come_with_their_message(ask: httpx.Client, webhook: Webhook) -> None:
    answer = ask.post(
        path_of(webhook),
        params={"wait": "true"},
        data={"payload_json": '{"content": "The week"}'},
        files={"files[0]": ("chart.png", b"\x89PNG", "image/png")},
    )
    file = {"filename": "chart.png", "content_type": "image/png", "size": 4}
    assert answer.json()["attachments"][0].items() >= file.items()
    assert webhook.messages == [{"content": "The week", "files": [file]}]


def test_a_form_is_a_message(ask: httpx.Client, webhook: Webhook) -> None:
    assert ask.post(path_of(webhook), data={"content": "A raid"}).status_code == 204
    assert webhook.messages == [{"content": "A raid"}]


def test_a_webhook_tells_about_itself(ask: httpx.Client, webhook: Webhook) -> None:
    assert ask.get(path_of(webhook)).json()["name"] == "Captain Hook"


def test_an_unknown_webhook_is_404_and_a_wrong_token_401(
    discord: Discord, ask: httpx.Client, webhook: Webhook
) -> None:
    message = {"content": "A raid"}
    wrong = ask.post(f"webhooks/{webhook.id}/wrong", json=message)
    assert (wrong.status_code, wrong.json()["code"]) == (401, 50027)
    discord.world.remove_webhook(webhook.id)
    gone = ask.post(path_of(webhook), json=message)
    assert (gone.status_code, gone.json()["code"]) == (404, 10015)
    assert ask.get("webhooks/x/y").json()["code"] == 50035


FIELD = {"name": "Rule", "value": "Spam"}
TOO_LONG = [
    ({"content": "x" * 2001}, "content"),
    ({"embeds": [{"title": "x"}] * 11}, "embeds"),
    ({"embeds": [{"title": "x" * 257}]}, "embeds.0.title"),
    ({"embeds": [{"description": "x" * 4097}]}, "embeds.0.description"),
    ({"embeds": [{"fields": [FIELD] * 26}]}, "embeds.0.fields"),
    ({"embeds": [{"fields": [FIELD | {"name": "x" * 257}]}]}, "embeds.0.fields.0.name"),
    ({"embeds": [{"fields": [FIELD | {"value": "x" * 1025}]}]}, "embeds.0.fields.0.value"),
    ({"embeds": [{"footer": {"text": "x" * 2049}}]}, "embeds.0.footer.text"),
    ({"embeds": [{"author": {"name": "x" * 257}}]}, "embeds.0.author.name"),
    ({"content": "x", "username": "x" * 81}, "username"),
]
WRONG = [
    *((message, path, "BASE_TYPE_MAX_LENGTH") for message, path in TOO_LONG),
    ({"embeds": [{"description": "x" * 3001}] * 2}, "embeds", "MAX_EMBED_SIZE_EXCEEDED"),
    ({"embeds": [{"fields": [{"name": "x"}]}]}, "embeds.0.fields.0.value", "BASE_TYPE_REQUIRED"),
    (
        {"embeds": [{"fields": [FIELD | {"name": ""}]}]},
        "embeds.0.fields.0.name",
        "BASE_TYPE_REQUIRED",
    ),
    ({"embeds": [{"color": 1 << 24}]}, "embeds.0.color", "NUMBER_TYPE_MAX"),
    ({"embeds": [{"color": -1}]}, "embeds.0.color", "NUMBER_TYPE_MIN"),
    ({"embeds": [{"color": "red"}]}, "embeds.0.color", "NUMBER_TYPE_COERCE"),
    ({"embeds": [{"url": "modwatch"}]}, "embeds.0.url", "URL_TYPE_INVALID_URL"),
    ({"embeds": [{"timestamp": "now"}]}, "embeds.0.timestamp", "DATE_TIME_TYPE_PARSE"),
    ({"embeds": ["x"]}, "embeds.0", "MODEL_TYPE_CONVERT"),
    ({"embeds": {}}, "embeds", "LIST_TYPE_CONVERT"),
    ({"content": 5}, "content", "STRING_TYPE_CONVERT"),
    ({"content": "x", "tts": "yes"}, "tts", "BOOLEAN_TYPE_CONVERT"),
    ({"content": "x", "username": ""}, "username", "BASE_TYPE_MIN_LENGTH"),
    ({"content": "x", "username": "Discord Watch"}, "username", "USERNAME_INVALID_CONTAINS"),
]


@pytest.mark.parametrize(("message", "path", "code"), WRONG)
def test_a_message_keeps_within_limits(
    ask: httpx.Client, webhook: Webhook, message: dict[str, Any], path: str, code: str
) -> None:
    answer = ask.post(path_of(webhook), json=message)
    assert (answer.status_code, answer.json()["code"]) == (400, 50035)
    errors = answer.json()["errors"]
    for name in path.split("."):
        errors = errors[name]
    assert [each["code"] for each in errors["_errors"]] == [code]
    assert webhook.messages == []


def test_the_longest_message_arrives(ask: httpx.Client, webhook: Webhook) -> None:
    fields = [{"name": "x" * 25, "value": "y" * 50}] * 25
    embed = {"title": "x" * 256, "description": "x" * 3869, "fields": fields}
    message = {"content": "x" * 2000, "username": "x" * 80, "embeds": [embed]}
    assert ask.post(path_of(webhook), json=message).status_code == 204


@pytest.mark.parametrize("message", [{}, {"content": ""}, {"content": None}, {"embeds": []}])
def test_an_empty_message_is_refused(
    ask: httpx.Client, webhook: Webhook, message: dict[str, Any]
) -> None:
    answer = ask.post(path_of(webhook), json=message)
    assert (answer.status_code, answer.json()["code"]) == (400, 50006)


def test_a_message_needs_a_body_that_can_be_read(ask: httpx.Client, webhook: Webhook) -> None:
    headers = {"Content-Type": "application/json"}
    broken = ask.post(path_of(webhook), content=b"{", headers=headers)
    assert (broken.status_code, broken.json()["code"]) == (400, 50109)
    listed = ask.post(path_of(webhook), json=[])
    assert listed.json()["errors"]["_errors"][0]["code"] == "MODEL_TYPE_CONVERT"
    untyped = ask.post(path_of(webhook), content=b'{"content": "x"}')
    assert untyped.json()["code"] == 50006
    huge = ask.post(path_of(webhook), content=b" " * (MOST_BYTES + 1), headers=headers)
    assert (huge.status_code, huge.json()["code"]) == (413, 40005)
