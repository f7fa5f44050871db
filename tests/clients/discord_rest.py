"""A small real HTTP server in Discord's place: the login, and names of AutoMod rules."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import web
from discord.http import Route

OWN = {"id": "868593281293160458", "username": "wächter", "discriminator": "0", "avatar": None}
APPLICATION = {
    "id": OWN["id"],
    "name": "wächter",
    "description": "",
    "icon": None,
    "bot_public": False,
    "bot_require_code_grant": False,
    "owner": OWN,
    "verify_key": "00",
    "flags": 565248,
}


class DiscordRest:
    """`rules` are the AutoMod rules it shows by id; others it refuses to show (50013)."""

    def __init__(self) -> None:
        self.rules: dict[str, str] = {}
        self.asked: list[str] = []

    def _rule(self, request: web.Request) -> web.Response:
        rule_id = request.match_info["rule"]
        self.asked.append(rule_id)
        if rule_id not in self.rules:
            return _json({"code": 50013, "message": "Missing Permissions"}, 403)
        return _json(
            {
                "id": rule_id,
                "guild_id": request.match_info["guild"],
                "name": self.rules[rule_id],
                "creator_id": OWN["id"],
                "event_type": 1,
                "trigger_type": 1,
                "trigger_metadata": {"keyword_filter": [], "regex_patterns": [], "allow_list": []},
                "actions": [{"type": 1, "metadata": {}}],
                "enabled": True,
                "exempt_roles": [],
                "exempt_channels": [],
            }
        )

    async def answer(self, request: web.Request) -> web.Response:
        if request.path.endswith("/users/@me"):
            return _json(OWN)
        if request.path.endswith("/oauth2/applications/@me"):
            return _json(APPLICATION)
        return self._rule(request)


def _json(said: Any, status: int = 200) -> web.Response:
    # discord.py reads JSON only where the type says exactly this.
    return web.Response(
        body=json.dumps(said).encode(), status=status, headers={"Content-Type": "application/json"}
    )


@asynccontextmanager
async def discord_rest() -> AsyncIterator[DiscordRest]:
    """Serves, and is where discord.py sends its requests, until left."""
    rest = DiscordRest()
    app = web.Application()
    app.router.add_get("/api/v10/guilds/{guild}/auto-moderation/rules/{rule}", rest.answer)
    app.router.add_get("/{rest:.*}", rest.answer)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    base, Route.BASE = Route.BASE, f"http://127.0.0.1:{runner.addresses[0][1]}/api/v10"
    try:
        yield rest
    finally:
        Route.BASE = base
        await runner.cleanup()
