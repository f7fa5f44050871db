"""A member appeals by a button and a form in Discord; moderators read their words."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import pytest

from tests.clients.conftest import Connect
from tests.clients.discord_rest import message
from tests.clients.gateway import OWN, Gateway
from tests.clients.modwatch import Modwatch

pytestmark = pytest.mark.anyio
AUDIT = "GUILD_AUDIT_LOG_ENTRY_CREATE"
MEMBER = 1124000000000000009  # whom the entry is about
WORDS = "I was quoting <somebody> \u202eelse"


def interaction(
    number: int, kind: int, data: dict[str, Any], components: list[dict[str, Any]]
) -> dict[str, Any]:
    """As the gateway sends it for a press or a form in a private channel."""
    user = {"id": str(MEMBER), "username": "kim", "discriminator": "0", "avatar": None}
    return {
        "id": str(number),
        "application_id": str(OWN),
        "type": kind,
        "token": f"token-{number}",
        "version": 1,
        "user": user,
        "channel_id": "990",
        "channel": {"id": "990", "type": 1, "recipients": [user], "last_message_id": None},
        "message": message("", components),
        "data": data,
        "entitlements": [],
        "authorizing_integration_owners": {},
        "context": 1,
        "attachment_size_limit": 10_000_000,
        "locale": "en-US",
        "app_permissions": "0",
    }


async def answers(gateway: Gateway, number: int) -> list[dict[str, Any]]:
    """What the bot has answered, once so many times: it does so in tasks of its own."""
    deadline = time.monotonic() + 60
    while len(gateway.rest.answered) < number and time.monotonic() < deadline:
        await asyncio.sleep(0.02)
    assert len(gateway.rest.answered) == number
    return gateway.rest.answered


async def test_a_press_a_form_and_moderators_read_the_words(
    connect: Connect, modwatch: Modwatch, guild_id: int
) -> None:
    async with connect(offer_appeals=True) as gateway:
        await gateway.tell(f"{AUDIT}.ban")
        (message,) = gateway.rest.sent
        (button,) = message["components"][0]["components"]
        assert button["label"] == "Appeal"
        assert "Banned from server" in message["content"]
        press = {"component_type": 2, "custom_id": button["custom_id"]}
        await gateway.tell_raw(
            "INTERACTION_CREATE", interaction(1, 3, press, message["components"])
        )
        (form,) = await answers(gateway, 1)
        assert form["type"] == 9
        field = form["data"]["components"][0]["components"][0]
        given = {"type": 4, "custom_id": field["custom_id"], "value": WORDS}
        sent = {
            "custom_id": form["data"]["custom_id"],
            "components": [{"type": 1, "components": [given]}],
        }
        await gateway.tell_raw("INTERACTION_CREATE", interaction(2, 5, sent, message["components"]))
        thanked = (await answers(gateway, 2))[1]
        assert "have your appeal" in thanked["data"]["content"]
        assert (await gateway.cog.client.flush()).done
        assert gateway.cog.failures == {}
    with modwatch.admin(guild_id) as admin:
        (appeal,) = admin.get("/appeals").json()["appeals"]
    assert (appeal["status"], appeal["text"], appeal["user_id"]) == (
        "pending",
        WORDS,
        str(MEMBER),
    )


async def test_who_takes_no_messages_is_left_alone(connect: Connect) -> None:
    async with connect(offer_appeals=True) as gateway:
        gateway.rest.takes_messages = False
        await gateway.tell(f"{AUDIT}.ban")
        assert gateway.rest.sent == []
        assert gateway.cog.failures == {}


async def test_nobody_is_written_to_unless_the_owner_wants_it(connect: Connect) -> None:
    async with connect() as gateway:
        await gateway.tell(f"{AUDIT}.ban")
        assert gateway.rest.sent == []
