"""A server with one of everything that an address of the contract may name."""

from __future__ import annotations

from pathlib import Path
from shutil import copy
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from api.http.cookies import COOKIE
from domain.clock import rfc3339
from domain.windows import HOUR_MS
from tests.api.contract import REPORT, Promise
from tests.api.things import USER, Things
from tests.parts import GUILD, make_web, settings_for, violation

OUTSIDE = {
    "DISCORD_CLIENT_ID": "1",
    "DISCORD_CLIENT_SECRET": "2",
    "OUTGOING_ALLOW": "127.0.0.1:9",  # nobody listens there
    "LONG_PROCESSES": "0",  # long work is done when a test says so
}
NAMED = (
    "violation_id",
    "appeal_id",
    "token_id",
    "session_id",
    "notification_id",
    "channel_id",
    "alert_id",
    "incident_id",
    "delivery_id",
    "export_id",
    "schedule_id",
    "target_id",
    "sent_id",
    "change_id",
)


class World(Things):
    """A server with one of everything that an address may name."""

    def log_in(self, role: str) -> FlaskClient:
        client = self.web.client()
        client.set_cookie(COOKIE, self.web.parts.logins.begin_demo(role, "test"))
        client.environ_base["HTTP_SEC_FETCH_SITE"] = "same-origin"
        return client

    def ask(
        self, promise: Promise, client: FlaskClient, guild: int = GUILD, prefix: str = "/api/v1"
    ) -> TestResponse:
        """Send what the promise is about, on things that are there to be named."""
        path = self.address(promise, client, guild).replace("/api/v1", prefix, 1)
        return client.open(path, method=promise.method, json=self.body(promise, guild))

    def ask_in_vain(
        self, promise: Promise, client: FlaskClient, guild: int = GUILD
    ) -> TestResponse:
        """The same for who will be refused: they change nothing, so what is there serves all."""
        ids = {"guild_id": str(guild), "user_id": USER}
        self._is_for_reading = True
        for name in NAMED:
            if f"{{{name}}}" in promise.path:
                ids[name] = self._lasting(name, client, guild)
        body = promise.body
        if body == {"channel_id": "{new_channel_id}"}:
            body = {"channel_id": self._lasting("channel_id", client, guild)}
        elif body is not REPORT:
            body = self.body(promise, guild)
        return client.open(promise.path.format(**ids), method=promise.method, json=body)

    def _lasting(self, name: str, client: FlaskClient, guild: int) -> str:
        key = name, guild
        if key not in self._made_before:
            self._made_before[key] = getattr(self, f"_{name}")(client, guild)
        return self._made_before[key]

    def address(self, promise: Promise, client: FlaskClient, guild: int = GUILD) -> str:
        """The path of the promise, once all that it names is there."""
        path = promise.path.format(**self.ids(promise, client, guild))
        if promise.method == "DELETE" and "/roles/" in path:
            self._owner.put(path, json={"role": "viewer"})
        return path

    def ids(self, promise: Promise, client: FlaskClient, guild: int = GUILD) -> dict[str, str]:
        """Of things that are there now, for all that the path names."""
        made = {"guild_id": str(guild), "user_id": USER}
        self._is_for_reading = promise.reads
        for name in NAMED:
            if f"{{{name}}}" in promise.path:
                made[name] = getattr(self, f"_{name}")(client, guild)
        return made

    def body(self, promise: Promise, guild: int) -> Any:
        if promise.body is REPORT and promise.status == 201:
            self._make_room(guild)
        if promise.body == {"events": ["{event}"]}:
            return {"events": [violation(guild, self.web.clock())]}
        if promise.body == {"guild_id": "{guild_id}"}:
            return {"guild_id": str(guild)}
        if promise.body == {"until": "{soon}"}:
            return {"until": rfc3339(self.web.clock() + HOUR_MS)}
        if promise.body == {"channel_id": "{new_channel_id}"}:
            return {"channel_id": self._channel_id(self._owner, guild)}
        return promise.body


def make_world(file: Path, folder: Path) -> World:
    url = f"sqlite:///{copy(file, folder / 'modwatch.db')}"
    return World(make_web(settings_for(url, folder, DEMO="1", RATE_LIMITS="0", **OUTSIDE)))
