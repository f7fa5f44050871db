"""Real web processes and the stand-in Discord: logging in over HTTP."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlsplit

import httpx

from adapters.database import Database
from api.http.cookies import COOKIE
from api.routes.auth import HANDSHAKE_COOKIE
from services.accounts.tokens import create_token
from services.container import system_clock
from tests.discord.server import Discord
from tests.parts import GUILD
from tests.servers.web import WebProcess

WRITE = {"Sec-Fetch-Site": "same-origin"}


def prepare(discord: Discord, processes: list[WebProcess]) -> int:
    """A guild with a moderator; who that is."""
    world = discord.world
    for process in processes:
        world.allow_redirect(f"{process.url}/api/auth/callback")
    owner, grace = world.add_user(username="ada").id, world.add_user(username="grace").id
    world.add_guild(GUILD, owner_id=owner)
    world.add_member(GUILD, grace, [world.add_role(GUILD, "Moderators").id])
    return grace


def come_back(discord: Discord, client: httpx.Client, user_id: int) -> tuple[str, set[str]]:
    """Where a login ends, and everything on the way that nobody else may learn."""
    begun = client.get("/api/auth/login")
    page = httpx.URL(begun.headers["location"]).copy_merge_params({"as": str(user_id)})
    back = httpx.get(page).headers["location"]
    handshake = begun.cookies[HANDSHAKE_COOKIE]
    ended = str(client.get(back).headers["location"])
    return ended, {handshake, *(value for _, value in parse_qsl(urlsplit(back).query))}


def log_in(discord: Discord, url: str, user_id: int) -> tuple[str, set[str]]:
    """The secret of a new login, and everything on the way that nobody else may learn."""
    with httpx.Client(base_url=url) as client:
        ended, on_the_way = come_back(discord, client, user_id)
        assert ended == "/"
        return client.cookies[COOKIE], on_the_way


def make_token(database: Database, role: str) -> str:
    """A new API token for GUILD."""
    return create_token(
        database,
        kind="api",
        name="test",
        guild_ids=[GUILD],
        role=role,
        expires_ms=None,
        created_by=None,
        now_ms=system_clock(),
    )
