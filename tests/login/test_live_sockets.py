"""Open WebSockets end when their login does, and when nobody can say whose they are."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from sqlalchemy import text
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from adapters.database import Database
from api.guard import COOKIE
from tests.discord.server import Discord
from tests.login.processes import WRITE, log_in, make_token, prepare
from tests.parts import GUILD, until
from tests.servers.web import WebProcess

WITHIN_SECONDS = 5


@pytest.fixture
def process(sqlite_url: str, discord: Discord, tmp_path: Path) -> Iterator[WebProcess]:
    environment = {"MODWATCH_DATABASE_URL": sqlite_url, "MODWATCH_REDIS_URL": "none"}
    made = WebProcess(tmp_path, discord.settings() | environment)
    try:
        made.start()
        made.wait_until_up()
        yield made
    finally:
        made.stop()


@pytest.fixture
def database(sqlite_url: str) -> Iterator[Database]:
    opened = Database(sqlite_url)
    yield opened
    opened.close()


def open_socket(process: WebProcess, secret: str, query: str = "") -> ClientConnection:
    """Also one that is closed at once: its close frame may come along with the handshake."""
    address = process.url.replace("http", "ws")
    headers = {"Cookie": f"{COOKIE}={secret}"}
    # legacy: not for a `with`, since the server is to end it.
    return connect(f"{address}/ws{query}", additional_headers=headers, legacy=True)


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


def test_sockets_end_with_their_login(
    process: WebProcess, discord: Discord, database: Database
) -> None:
    prepare(discord, [process])
    discord.limits.lift()
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
    assert {close_code(other, 10), close_code(by_token, 10)} == {1012, 4001}
    assert close_code(open_socket(process, stays)) == 1012
    discord.come_back()
    _until_served(process, stays)
    assert close_code(listening(open_socket(process, stays)), 1.5) is None


def _until_served(process: WebProcess, secret: str) -> None:
    with httpx.Client(cookies={COOKIE: secret}) as client:
        me = f"{process.url}/api/auth/me"
        until(lambda: client.get(me).status_code == 200, 30, "an answer to who is known again")
