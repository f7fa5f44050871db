"""A server with one of everything that an address of the contract may name."""

from __future__ import annotations

from pathlib import Path
from shutil import copy
from typing import Any
from uuid import uuid4

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from api.guard import COOKIE
from models.bulk import BulkInsert
from models.demo_guild import add_demo_guilds
from models.notification import Notification
from tests.api.contract import Promise
from tests.parts import GUILD, OTHER_GUILD, Web, event, ingest, make_web, settings_for, violation

USER = "41"
DISCORD = {"DISCORD_CLIENT_ID": "1", "DISCORD_CLIENT_SECRET": "2"}
NOTIFICATION = (
    "guild_id",
    "id",
    "event_type",
    "title",
    "message",
    "priority",
    "link",
    "created_ms",
)


class World:
    """A server with one of everything that an address may name."""

    def __init__(self, web: Web) -> None:
        self.web = web
        self._bot, self._owner = web.bot(), web.reader(GUILD, OTHER_GUILD, 900, 901, role="owner")
        with web.parts.database.write() as connection:
            add_demo_guilds(connection, [(GUILD, web.clock())])
        self.violation = violation(user_id=USER)
        ingest(self._bot, self.violation, violation(OTHER_GUILD))
        web.materialise()

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

    def address(self, promise: Promise, client: FlaskClient, guild: int = GUILD) -> str:
        """The path of the promise, once all that it names is there."""
        ids = {"guild_id": str(guild), "user_id": USER}
        for name in ("violation_id", "appeal_id", "token_id", "session_id", "notification_id"):
            if f"{{{name}}}" in promise.path:
                ids[name] = getattr(self, f"_{name}")(client, guild)
        path = promise.path.format(**ids)
        if promise.method == "DELETE" and "/roles/" in path:
            self._owner.put(path, json={"role": "viewer"})
        return path

    def make_token(self, guild: int) -> dict[str, str]:
        """As the API answers it: `id`, `token` and more."""
        body = {"name": "one", "role": "owner"}
        made = self._owner.post(f"/api/v1/servers/{guild}/tokens", json=body)
        shown: dict[str, str] = made.json or {}
        return shown

    def body(self, promise: Promise, guild: int) -> Any:
        if promise.body == {"events": ["{event}"]}:
            return {"events": [violation(guild, self.web.clock())]}
        if promise.body == {"guild_id": "{guild_id}"}:
            return {"guild_id": str(guild)}
        return promise.body

    def _violation_id(self, client: FlaskClient, guild: int) -> str:
        return str(self.violation["id"])

    def _appeal_id(self, client: FlaskClient, guild: int) -> str:
        appeal_id, about = uuid4().hex, {"violation_id": self.violation["id"], "status": "pending"}
        made = event("appeal", guild, self.web.clock(), appeal_id=appeal_id, **about)
        assert ingest(self._bot, made).status_code == 202
        return appeal_id

    def _token_id(self, client: FlaskClient, guild: int) -> str:
        return self.make_token(guild)["id"]

    def _session_id(self, client: FlaskClient, guild: int) -> str:
        sessions: Any = client.get("/api/v1/auth/sessions").json
        own: dict[str, str] = next(iter(sessions.get("sessions", ())), {"id": str(uuid4())})
        return own["id"]

    def _notification_id(self, client: FlaskClient, guild: int) -> str:
        row = (guild, uuid4(), "bot_offline", "", "", "low", None, self.web.clock())
        with self.web.parts.database.write() as connection:
            BulkInsert(Notification, NOTIFICATION, "DO NOTHING").run(connection, [row])
        return str(row[1])


def make_world(file: Path, folder: Path) -> World:
    url = f"sqlite:///{copy(file, folder / 'modwatch.db')}"
    return World(make_web(settings_for(url, folder, DEMO="1", RATE_LIMITS="0", **DISCORD)))
