"""Who may do what: every route, asked by everybody, answers as tests/api/contract.py says."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from shutil import copy
from typing import Any
from uuid import uuid4

import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from werkzeug.test import TestResponse

from api.guard import COOKIE
from domain.windows import DAY_MS, MINUTE_MS
from models.bulk import BulkInsert
from models.demo_guild import add_demo_guilds
from models.notification import Notification
from services.tokens import list_tokens, revoke_token
from tests.api.contract import CONTRACT, Promise
from tests.api.described import described_by
from tests.parts import GUILD, OTHER_GUILD, Web, event, ingest, make_web, settings_for, violation

ROLES = ("viewer", "moderator", "admin", "owner")
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


@dataclass(frozen=True)
class Caller:
    """Somebody who asks. `role` is theirs in `guilds`; `kind` is login, token, bot or nobody."""

    name: str
    kind: str
    role: str | None
    guilds: tuple[int, ...]
    client: Callable[[World], FlaskClient]


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
        ids = {"guild_id": str(guild), "user_id": USER}
        for name in ("violation_id", "appeal_id", "token_id", "session_id", "notification_id"):
            if f"{{{name}}}" in promise.path:
                ids[name] = getattr(self, f"_{name}")(client, guild)
        path = promise.path.format(**ids)
        if promise.method == "DELETE" and "/roles/" in path:
            self._owner.put(path, json={"role": "viewer"})
        body = self._body(promise, guild)
        return client.open(path.replace("/api/v1", prefix, 1), method=promise.method, json=body)

    def make_token(self, guild: int) -> dict[str, str]:
        """As the API answers it: `id`, `token` and more."""
        body = {"name": "one", "role": "owner"}
        made = self._owner.post(f"/api/v1/servers/{guild}/tokens", json=body)
        shown: dict[str, str] = made.json or {}
        return shown

    def _body(self, promise: Promise, guild: int) -> Any:
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


def expected(promise: Promise, caller: Caller, guild: int = GUILD) -> int:
    """The permission table."""
    allowed, refused = promise.status, 403
    if promise.who == "public":
        return allowed
    if caller.kind == "nobody":
        return 401
    if promise.who == "bot":
        return allowed if caller.kind == "bot" and guild in caller.guilds else refused
    if caller.kind == "bot":
        return refused
    if promise.who == "person":
        return allowed if caller.kind == "login" else refused
    if promise.who == "logged_in":
        return allowed
    high_enough = ROLES.index(caller.role or "viewer") >= ROLES.index(promise.who)
    return allowed if guild in caller.guilds and high_enough else refused


def with_header(value: str) -> Callable[[World], FlaskClient]:
    def client(world: World) -> FlaskClient:
        made = world.web.client()
        made.environ_base["HTTP_AUTHORIZATION"] = value
        return made

    return client


def with_cookie(secret: str) -> Callable[[World], FlaskClient]:
    def client(world: World) -> FlaskClient:
        made = world.web.client()
        made.set_cookie(COOKIE, secret)
        made.environ_base["HTTP_SEC_FETCH_SITE"] = "same-origin"
        return made

    return client


def expired(world: World) -> FlaskClient:
    """Known to this process while it was good."""
    ends_ms = world.web.clock() + MINUTE_MS
    client = world.web.client(world.web.api_token(role="owner", expires_ms=ends_ms))
    assert client.get(f"/api/v1/servers/{GUILD}/metrics").status_code == 200
    world.web.clock.advance(MINUTE_MS)
    return client


def expired_login(world: World) -> FlaskClient:
    client = world.log_in("owner")
    assert client.get("/api/v1/auth/me").status_code == 200
    world.web.clock.advance(7 * DAY_MS)
    return client


def logged_out(world: World) -> FlaskClient:
    client = world.log_in("owner")
    cookie = client.get_cookie(COOKIE)
    assert cookie is not None
    assert client.post("/api/v1/auth/logout").status_code == 200
    client.set_cookie(COOKIE, cookie.value)
    return client


def revoked(world: World) -> FlaskClient:
    """Also known, to the process in which it is revoked."""
    made = world.make_token(GUILD)
    client = world.web.client(made["token"])
    assert client.get(f"/api/v1/servers/{GUILD}/metrics").status_code == 200
    assert client.delete(f"/api/v1/servers/{GUILD}/tokens/{made['id']}").status_code == 200
    return client


def revoked_bot(world: World) -> FlaskClient:
    known = {one.id for one in list_tokens(world.web.parts.database)}
    client = world.web.bot(GUILD)
    new = {one.id for one in list_tokens(world.web.parts.database)} - known
    revoke_token(world.web.parts.database, new.pop(), world.web.clock())
    return client


def token_as_cookie(world: World) -> FlaskClient:
    return with_cookie(world.web.api_token(role="owner"))(world)


def cookie_as_token(world: World) -> FlaskClient:
    return world.web.client(world.web.parts.logins.begin_demo("owner", "test"))


def bad_token_beside_a_good_cookie(world: World) -> FlaskClient:
    """Whoever sends a token means it: the cookie does not make up for it."""
    client = world.log_in("owner")
    client.environ_base["HTTP_AUTHORIZATION"] = "Bearer mw_wrong"
    return client


NOBODIES: dict[str, Callable[[World], FlaskClient]] = {
    "nobody": lambda world: world.web.client(),
    "malformed token": with_header("Bearer"),
    "unknown token": with_header("Bearer mw_" + "x" * 43),
    "another scheme": with_header("Basic b3duZXI6b3duZXI="),
    "unknown cookie": with_cookie("x" * 43),
    "expired token": expired,
    "expired login": expired_login,
    "logged out": logged_out,
    "revoked token": revoked,
    "revoked bot token": revoked_bot,
    "token as cookie": token_as_cookie,
    "cookie as token": cookie_as_token,
    "bad token and good cookie": bad_token_beside_a_good_cookie,
}


def login(role: str) -> Caller:
    return Caller(f"{role} logged in", "login", role, (GUILD,), lambda world: world.log_in(role))


def token(role: str, *guilds: int) -> Caller:
    def client(world: World) -> FlaskClient:
        return world.web.reader(*guilds, role=role)

    return Caller(f"{role} token of {guilds}", "token", role, guilds, client)


def bot(*guilds: int) -> Caller:
    def client(world: World) -> FlaskClient:
        return world.web.bot(*guilds)

    return Caller(f"bot of {guilds or 'all'}", "bot", None, guilds or (GUILD,), client)


CALLERS = [
    *(login(role) for role in ROLES),
    *(token(role, GUILD) for role in ROLES),
    token("owner", OTHER_GUILD),
    token("moderator", GUILD, OTHER_GUILD),
    bot(),
    bot(GUILD),
    bot(OTHER_GUILD),
    *(Caller(name, "nobody", None, (), client) for name, client in NOBODIES.items()),
]


def make_world(file: Path, folder: Path) -> World:
    url = f"sqlite:///{copy(file, folder / 'modwatch.db')}"
    return World(make_web(settings_for(url, folder, DEMO="1", RATE_LIMITS="0", **DISCORD)))


@pytest.fixture
def world(migrated_sqlite_file: Path, tmp_path: Path) -> Iterator[World]:
    made = make_world(migrated_sqlite_file, tmp_path)
    yield made
    made.web.parts.close()


@pytest.fixture(scope="module")
def lasting_world(
    migrated_sqlite_file: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[World]:
    made = make_world(migrated_sqlite_file, tmp_path_factory.mktemp("permissions"))
    yield made
    made.web.parts.close()


@pytest.mark.parametrize("caller", CALLERS, ids=lambda caller: caller.name)
def test_every_route_answers_everybody_as_promised(world: World, caller: Caller) -> None:
    """Reads twice: what a process knows from the first time makes no difference."""
    described = described_by(world.web.client())
    client = caller.client(world)
    for promise in CONTRACT:
        for _ in range(2 if promise.reads else 1):
            answer = world.ask(promise, client)
            where = (promise.method, promise.path, answer.data)
            assert answer.status_code == expected(promise, caller), where
            described.check(answer)
        if "/auth/" in promise.path and not promise.reads:
            client = caller.client(world)  # that was the end of the login


@settings(
    deadline=None, max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    promise=st.sampled_from(CONTRACT),
    role=st.sampled_from(ROLES),
    guilds=st.sets(st.sampled_from([GUILD, OTHER_GUILD, 900]), min_size=1),
    is_bot=st.booleans(),
    guild=st.sampled_from([GUILD, OTHER_GUILD, 901]),
    prefix=st.sampled_from(["/api/v1", "/api"]),
)
def test_any_token_anywhere(
    lasting_world: World,
    promise: Promise,
    role: str,
    guilds: set[int],
    is_bot: bool,
    guild: int,
    prefix: str,
) -> None:
    caller = bot(*guilds) if is_bot else token(role, *guilds)
    client = caller.client(lasting_world)
    wanted = expected(promise, caller, guild)
    if "{violation_id}" in promise.path and wanted == 200 and guild != GUILD:
        wanted = 404  # the violation is of another server
    for _ in range(2):
        answer = lasting_world.ask(promise, client, guild, prefix)
        assert answer.status_code == wanted, answer.data


@pytest.mark.parametrize("headers", [{}, {"Sec-Fetch-Site": "cross-site"}, {"Origin": "null"}])
def test_a_cookie_writes_from_our_own_page_alone(world: World, headers: dict[str, str]) -> None:
    for promise in CONTRACT:
        if not promise.reads:
            client = world.log_in("owner")
            # Not the page's word, but what another site's request comes with.
            del client.environ_base["HTTP_SEC_FETCH_SITE"]
            for name, value in headers.items():
                client.environ_base[f"HTTP_{name.upper().replace('-', '_')}"] = value
            assert world.ask(promise, client).status_code == 403, promise.path


def test_a_foreign_server_is_refused_like_one_nobody_knows(world: World) -> None:
    client = world.web.reader(GUILD, role="owner")
    for promise in CONTRACT:
        if promise.who in ROLES:
            bodies = []
            for guild in (OTHER_GUILD, 901):
                answer = world.ask(promise, client, guild)
                assert answer.status_code == 403, promise.path
                body: Any = answer.json
                bodies.append({name: one for name, one in body.items() if name != "request_id"})
            assert bodies[0] == bodies[1], promise.path
