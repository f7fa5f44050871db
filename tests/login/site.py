"""Web processes on one database, the Discord they ask, and people who log in."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlsplit

import httpx
from flask.testing import FlaskClient
from sqlalchemy import text
from werkzeug.test import TestResponse

from adapters.settings import Settings
from api.http.cookies import COOKIE
from services.accounts.memberships import SILENT_SECONDS
from tests.discord.logins import CALLBACK
from tests.discord.server import Discord
from tests.parts import GUILD, Clock, Web, make_web, settings_for

OWN_PAGE = "same-origin"
FAILED = "/?error=auth_failed"
T = TypeVar("T")

ME = "GET /users/@me"
GUILDS = "GET /users/@me/guilds"
MEMBER = "GET /users/@me/guilds/{guild_id}/member"
TOKEN = "POST /oauth2/token"
REVOKE = "POST /oauth2/token/revoke"


class Timer:
    """Seconds that never go back, and pass only when a test says so."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


class Site:
    """`time_passes` moves every clock, Discord's too; `clock` alone is ours being wrong."""

    def __init__(
        self, discord: Discord, database_url: str, folder: Path, redis_url: str, **more: str
    ) -> None:
        self.discord, self.clock, self.timer = discord, Clock(), Timer()
        named = {name.removeprefix("MODWATCH_"): text for name, text in discord.settings().items()}
        self.settings = settings_for(database_url, folder, redis_url, **(named | more))
        self._webs: list[Web] = []
        discord.clock.stop()
        discord.world.allow_redirect(CALLBACK)

    def web(
        self,
        settings: Settings | None = None,
        clock: Clock | None = None,
        timer: Callable[[], float] | None = None,
    ) -> Web:
        """One more web process."""
        web = make_web(settings or self.settings, clock or self.clock, timer or self.timer)
        self._webs.append(web)
        return web

    def close(self) -> None:
        for web in self._webs:
            web.parts.close()

    def time_passes(self, milliseconds: int) -> None:
        self.clock.advance(milliseconds)
        self.discord.clock.advance(milliseconds)
        self.timer.seconds += milliseconds / 1000

    def discord_comes_back(self) -> None:
        """And is asked again, once our processes notice."""
        self.discord.come_back()
        self.time_passes(round(SILENT_SECONDS * 1000))

    def person(self, username: str = "ada") -> int:
        """A new Discord user; their id."""
        return self.discord.world.add_user(username=username).id

    def agree(self, address: str, user_id: int | str) -> str:
        """Go to Discord's page as a browser does, and agree; where that sends one back to."""
        answer = httpx.get(address, params=httpx.URL(address).params.merge({"as": user_id}))
        back = urlsplit(answer.headers["location"])
        return f"{back.path}?{back.query}"

    def come_back(self, client: FlaskClient, user_id: int | str) -> TestResponse:
        """The whole way of a login; the answer of the callback."""
        started = client.get("/api/auth/login")
        return client.get(self.agree(started.headers["Location"], user_id))

    def log_in(self, web: Web, user_id: int) -> str:
        """The secret in the cookie of a new login."""
        client = browser(web)
        answer = self.come_back(client, user_id)
        assert (answer.status_code, answer.headers["Location"]) == (302, "/")
        return secret_of(client)

    def browser(self, web: Web, user_id: int) -> FlaskClient:
        """A browser in which this person has logged in."""
        return browser(web, self.log_in(web, user_id))


def give(web: Web, user_id: int, role: str, guild_id: int = GUILD) -> None:
    """Assign a role, as an owner of the server would."""
    address = f"/api/v1/servers/{guild_id}/roles/{user_id}"
    answer = web.reader(guild_id, role="owner").put(address, json={"role": role})
    assert answer.status_code == 200, answer.data


def take(web: Web, user_id: int, guild_id: int = GUILD) -> None:
    """Take an assigned role away."""
    address = f"/api/v1/servers/{guild_id}/roles/{user_id}"
    answer = web.reader(guild_id, role="owner").delete(address)
    assert answer.status_code == 200, answer.data


def set_moderators(web: Web, role_id: int | None, guild_id: int = GUILD) -> None:
    """Configure which of Discord's roles makes a moderator."""
    mod_role_id = None if role_id is None else str(role_id)
    address, body = f"/api/v1/servers/{guild_id}/config", {"mod_role_id": mod_role_id}
    answer = web.reader(guild_id, role="admin").put(address, json=body)
    assert answer.status_code == 200, answer.data


def browser(web: Web, secret: str | None = None) -> FlaskClient:
    """A browser on our own page, with the cookie of a login if given."""
    client = web.client()
    client.environ_base["HTTP_SEC_FETCH_SITE"] = OWN_PAGE
    if secret is not None:
        client.set_cookie(COOKIE, secret)
    return client


def secret_of(client: FlaskClient) -> str:
    cookie = client.get_cookie(COOKIE)
    assert cookie is not None
    return cookie.value


def status(client: FlaskClient, address: str = "/api/auth/me") -> int:
    return client.get(address).status_code


def roles_of(client: FlaskClient) -> dict[int, str]:
    """The person's role in each of their servers."""
    answer = client.get("/api/servers")
    assert answer.status_code == 200, answer.data
    return {int(server["id"]): server["role"] for server in (answer.json or {})["servers"]}


def at_once(count: int, ask: Callable[[int], T]) -> list[T]:
    """What `ask(0)`, `ask(1)`, ... return, each in a thread of its own."""
    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(ask, range(count)))


def logins_in(web: Web) -> int:
    """How many logins the database holds."""
    with web.parts.database.read() as connection:
        return int(connection.scalar(text("SELECT count(*) FROM login_sessions")) or 0)


def statuses(answers: Sequence[TestResponse]) -> set[int]:
    return {answer.status_code for answer in answers}


def secrets_of(discord: Discord) -> set[str]:
    """Every token that Discord gave out and takes, and Modwatch's own secrets there."""
    grants, application = discord.world.grants, discord.world.application
    tokens = {*grants._by_access, *grants._by_refresh}
    return tokens | {application.client_secret, application.bot_token}


def assert_absent(secrets: set[str], where: str) -> None:
    assert len(secrets) > 3
    assert not [secret for secret in secrets if secret in where]
