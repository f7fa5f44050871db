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
    """`rules` are the AutoMod rules it shows by id; others it refuses to show (50013).

    banned, timed_out: members by id, whom the bot may set free while `may_moderate`
    done: what it did to them
    """

    def __init__(self) -> None:
        self.rules: dict[str, str] = {}
        self.asked: list[str] = []
        self.banned: set[str] = set()
        self.timed_out: dict[str, str] = {}
        self.may_moderate = True
        self.done: list[str] = []
        self.sent: list[dict[str, Any]] = []
        self.takes_messages = True
        self.answered: list[dict[str, Any]] = []
        self.followups: list[dict[str, Any]] = []
        self.commands: list[dict[str, Any]] = []

    async def unban(self, request: web.Request) -> web.Response:
        user = request.match_info["user"]
        if not self.may_moderate:
            return _json({"code": 50013, "message": "Missing Permissions"}, 403)
        if user not in self.banned:
            return _json({"code": 10026, "message": "Unknown Ban"}, 404)
        self.banned.remove(user)
        self.done.append(f"unban {user}")
        return web.Response(status=204)

    async def private_channel(self, request: web.Request) -> web.Response:
        to = OWN | {"id": (await request.json())["recipient_id"], "username": "kim"}
        return _json({"id": "990", "type": 1, "last_message_id": None, "recipients": [to]})

    async def message(self, request: web.Request) -> web.Response:
        if not self.takes_messages:
            return _json({"code": 50007, "message": "Cannot send messages to this user"}, 403)
        said = await request.json()
        assert len(said["content"]) <= 2000
        assert said["allowed_mentions"] == {"parse": []}
        self.sent.append(said)
        return _json(message(said["content"], said["components"]))

    async def interaction(self, request: web.Request) -> web.Response:
        said = await request.json()
        self.answered.append(said)
        about = {"id": request.match_info["id"], "type": 2}
        return _json({"interaction": about, "resource": {"type": said["type"]}})

    async def followup(self, request: web.Request) -> web.Response:
        """What a slash command answers after its first word, as JSON or with files beside it."""
        said: dict[str, Any] = {"files": {}}
        if request.content_type == "application/json":
            said |= await request.json()
        else:
            form = await request.post()
            said |= json.loads(str(form["payload_json"]))
            for name, part in form.items():
                if isinstance(part, web.FileField):
                    said["files"][name] = part.file.read()
        assert all(len(embed["description"]) <= 4_096 for embed in said["embeds"])
        self.followups.append(said)
        return _json(message("", []))

    async def sync(self, request: web.Request) -> web.Response:
        self.commands = await request.json()
        return _json([])

    async def member(self, request: web.Request) -> web.Response:
        user = request.match_info["user"]
        if user not in self.timed_out:
            return _json({"code": 10007, "message": "Unknown Member"}, 404)
        if request.method == "PATCH":
            if not self.may_moderate:
                return _json({"code": 50013, "message": "Missing Permissions"}, 403)
            assert await request.json() == {"communication_disabled_until": None}
            self.timed_out[user] = ""
            self.done.append(f"end timeout {user}")
        return _json(
            {
                "user": OWN | {"id": user, "username": "kim"},
                "roles": [],
                "joined_at": "2024-01-01T00:00:00+00:00",
                "communication_disabled_until": self.timed_out[user] or None,
                "deaf": False,
                "mute": False,
                "flags": 0,
            }
        )

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
        if "/users/" in request.path:
            return _json(OWN | {"id": request.path.rpartition("/")[2], "username": "kim"})
        if request.path.endswith("/oauth2/applications/@me"):
            return _json(APPLICATION)
        return self._rule(request)


def message(content: str, components: list[Any]) -> dict[str, Any]:
    return {
        "id": "991",
        "channel_id": "990",
        "author": OWN,
        "content": content,
        "timestamp": "2026-01-01T00:00:00+00:00",
        "edited_timestamp": None,
        "tts": False,
        "mention_everyone": False,
        "mentions": [],
        "mention_roles": [],
        "attachments": [],
        "embeds": [],
        "pinned": False,
        "type": 0,
        "components": components,
    }


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
    app.router.add_post("/api/v10/users/@me/channels", rest.private_channel)
    app.router.add_post("/api/v10/channels/{channel}/messages", rest.message)
    app.router.add_post("/api/v10/interactions/{id}/{token}/callback", rest.interaction)
    app.router.add_post("/api/v10/webhooks/{id}/{token}", rest.followup)
    app.router.add_put("/api/v10/applications/{id}/commands", rest.sync)
    app.router.add_delete("/api/v10/guilds/{guild}/bans/{user}", rest.unban)
    app.router.add_get("/api/v10/guilds/{guild}/members/{user}", rest.member)
    app.router.add_patch("/api/v10/guilds/{guild}/members/{user}", rest.member)
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
