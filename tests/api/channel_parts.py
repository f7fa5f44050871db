"""A server whose channels lead to stand-ins, for the tests of their routes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from services.container import system_clock
from tests.discord.server import Discord
from tests.discord.state import Webhook
from tests.parts import GUILD, Clock, JsonObject, Web, make_web, settings_for
from tests.servers.mail import Post, mail_server
from tests.servers.providers.hook import HookStandIn

BASE = f"/api/v1/servers/{GUILD}/channels"
# No few letters of it in a row are digits alone: those are in times and ids by chance.
TOKEN = "aBcDeFgHiJkLmNoPqRsTuVwXyZ0q1W2e3R4t5Y6u7I8o9P-_QwErTyUiOpAsDfGhJk01"


@pytest.fixture
def hook() -> Iterator[HookStandIn]:
    server = HookStandIn()
    server.start()
    yield server
    server.stop()


@pytest.fixture
def post() -> Iterator[Post]:
    with mail_server() as server:
        yield server


@pytest.fixture
def web(
    sqlite_url: str, tmp_path: Path, discord: Discord, hook: HookStandIn, post: Post
) -> Iterator[Web]:
    ports = (discord.url.rpartition(":")[2], hook.port)
    made = make_web(
        settings_for(
            sqlite_url,
            tmp_path,
            OUTGOING_ALLOW=",".join(f"127.0.0.1:{port}" for port in ports),
            SMTP_URL=f"smtp://127.0.0.1:{post.port}",
            MAIL_FROM="Modwatch <modwatch@example.org>",
            LONG_PROCESSES="0",  # long work is done when a test says so
        ),
        Clock(system_clock()),  # receivers refuse what was signed long ago
    )
    yield made
    made.parts.close()


@pytest.fixture
def admin(web: Web) -> FlaskClient:
    return web.reader(GUILD, role="admin")


@pytest.fixture
def webhook(discord: Discord) -> Webhook:
    """A webhook of the server that asks."""
    owner = discord.world.add_user()
    discord.world.add_guild(GUILD, owner_id=owner.id)
    made = discord.world.add_webhook(GUILD)
    made.token = TOKEN
    return made


def hook_body(hook: HookStandIn, **more: Any) -> JsonObject:
    return {"kind": "webhook", "settings": {"url": hook.address}, **more}


def made(client: FlaskClient, body: JsonObject) -> JsonObject:
    answer = client.post(BASE, json=body)
    assert answer.status_code == 201, answer.data
    saved: JsonObject = answer.get_json()
    return saved


def listed(client: FlaskClient) -> list[JsonObject]:
    found: list[JsonObject] = client.get(BASE).get_json()["channels"]
    return found


def refused(answer: Any, status: int = 422) -> JsonObject:
    assert answer.status_code == status, answer.data
    errors: JsonObject = answer.get_json().get("errors", {})
    return errors
