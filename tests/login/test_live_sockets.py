"""Open WebSockets end when their login does, and when nobody can say whose they are."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from shutil import copy

import httpx
import pytest
from sqlalchemy import text
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from adapters.database import Database
from api.http.cookies import COOKIE
from tests.discord.server import Discord
from tests.login.processes import WRITE, log_in, make_token, prepare
from tests.parts import GUILD, until
from tests.servers.web import WebProcess

WITHIN_SECONDS = 60


@dataclass(frozen=True)
class Installed:
    """A web process with its Discord, in which `grace` is a moderator of GUILD."""

    process: WebProcess
    discord: Discord
    database: Database
    grace: int


@contextmanager
def installed(url: str, folder: Path, discord: Discord) -> Iterator[Installed]:
    discord.limits.lift()
    environment = {"MODWATCH_DATABASE_URL": url, "MODWATCH_REDIS_URL": "none"}
    process = WebProcess(folder, discord.settings() | environment)
    with closing(Database(url)) as database:
        try:
            process.start()
            process.wait_until_up()
            yield Installed(process, discord, database, prepare(discord, [process]))
        finally:
            process.stop()


@pytest.fixture
def own(sqlite_url: str, discord: Discord, tmp_path: Path) -> Iterator[Installed]:
    with installed(sqlite_url, tmp_path, discord) as made:
        yield made


@pytest.fixture(scope="module")
def shared(
    migrated_sqlite_file: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Installed]:
    """For tests each of which has a login and a token of its own, and changes nothing else."""
    folder, discord = tmp_path_factory.mktemp("shared"), Discord()
    discord.start()
    url = f"sqlite:///{copy(migrated_sqlite_file, folder / 'modwatch.db')}"
    with installed(url, folder, discord) as made:
        yield made
    discord.stop()


def open_socket(
    process: WebProcess, secret: str, query: str = "", more: Mapping[str, str] | None = None
) -> ClientConnection:
    """Also one that is closed at once: its close frame may come along with the handshake."""
    address = process.url.replace("http", "ws")
    headers = {"Cookie": f"{COOKIE}={secret}", **(more or {})}
    # legacy: not for a `with`, since the server is to end it.
    address = f"{address}/ws{query}"
    return connect(address, additional_headers=headers, open_timeout=60, legacy=True)


def listening(socket: ClientConnection) -> ClientConnection:
    """The same, once it listens to GUILD."""
    socket.send(json.dumps({"type": "subscribe", "guild_id": str(GUILD)}))
    assert json.loads(socket.recv(WITHIN_SECONDS))["type"] == "subscribed"
    return socket


def close_code(socket: ClientConnection, within_seconds: float = WITHIN_SECONDS) -> int | None:
    """What it is closed with; None where it stays open."""
    try:
        socket.recv(within_seconds)
    except ConnectionClosed as closed:
        return closed.rcvd.code if closed.rcvd else 1006
    except TimeoutError:
        return None
    raise AssertionError("an event came instead of an end")


def test_sockets_end_with_their_login(own: Installed) -> None:
    process, discord, database = own.process, own.discord, own.database
    owner = discord.world.guilds[GUILD].owner_id
    secret, stays = (log_in(discord, process.url, owner)[0] for _ in range(2))
    mine, other = (listening(open_socket(process, one)) for one in (secret, stays))
    httpx.post(f"{process.url}/api/auth/logout", cookies={COOKIE: secret}, headers=WRITE)
    assert close_code(mine) == 4001
    assert close_code(open_socket(process, secret)) == 4001

    token = make_token(database, "viewer")
    bearer = {"Authorization": f"Bearer {token}"}
    ticket = httpx.post(f"{process.url}/api/v1/ws-ticket", headers=bearer).json()["ticket"]
    by_token = listening(open_socket(process, "", f"?ticket={ticket}"))
    discord.go_away()
    with database.write() as connection:
        connection.execute(text("UPDATE memberships SET fetched_ms = 0"))
        connection.execute(text("UPDATE access_tokens SET revoked_ms = 1"))
    # Nobody can say any more whose the one is; the other is looked at all the same.
    assert {close_code(other), close_code(by_token)} == {1012, 4001}
    assert close_code(open_socket(process, stays)) == 1012
    discord.come_back()
    _until_served(process, stays)
    assert close_code(listening(open_socket(process, stays)), 1.5) is None


@pytest.mark.parametrize(
    ("form", "is_taken"),
    [
        ("Bearer {}", True),
        ("bearer {}", True),
        ("Basic {}", False),
        ("Token {}", False),
        ("{}", False),
        ("Bearer", False),
        ("", False),
    ],
)
def test_a_socket_takes_what_the_api_takes(shared: Installed, form: str, is_taken: bool) -> None:
    """A cookie does not make up for a header that is none."""
    process = shared.process
    secret, _ = log_in(shared.discord, process.url, shared.grace)
    sent = {"Authorization": form.format(make_token(shared.database, "viewer"))}
    asked = httpx.get(f"{process.url}/api/v1/servers", headers=sent, cookies={COOKIE: secret})
    assert asked.status_code == (200 if is_taken else 401)
    socket = open_socket(process, secret, more=sent)
    if is_taken:
        listening(socket)
        socket.close()
    else:
        assert close_code(socket) == 4001


def _until_served(process: WebProcess, secret: str) -> None:
    with httpx.Client(cookies={COOKIE: secret}) as client:
        me = f"{process.url}/api/auth/me"
        until(lambda: client.get(me).status_code == 200, 60, "an answer to who is known again")
