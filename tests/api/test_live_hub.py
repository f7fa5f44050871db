"""Pings: who does not answer is ended, and who does not hang up is cut off. Who looks at what."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from types import SimpleNamespace

import pytest

from adapters.redis.link import RedisLink
from adapters.redis.live_limit import LiveLimit
from adapters.redis.memory_stream import MemoryStream
from api.live import hub as live_hub
from api.live.hub import BotClient, LiveClient, LiveHub
from api.live.socket import PING_FRAME, LiveSocket, close_frame
from domain.live import Close
from services.live.relay import Relay


@pytest.fixture
def pair() -> Iterator[tuple[socket.socket, socket.socket]]:
    ours, theirs = socket.socketpair()
    theirs.settimeout(10)
    yield ours, theirs
    ours.close()
    theirs.close()


def test_a_client_without_an_answer_is_ended(
    pair: tuple[socket.socket, socket.socket], monkeypatch: pytest.MonkeyPatch
) -> None:
    ours, theirs = pair
    hub = LiveHub(Relay(MemoryStream()), LiveLimit(RedisLink(None)))
    ws = SimpleNamespace(pong_received=True)
    client = LiveClient(
        ws=ws, out=LiveSocket(ours), caller=lambda: None, name="somebody", budgets=hub.budgets
    )
    assert hub.add(client)
    hub.ping()
    client.next_ping = 0.0
    hub.ping()
    assert theirs.recv(100) == PING_FRAME
    ws.pong_received = True  # it answered
    client.next_ping = 0.0
    hub.ping()
    assert theirs.recv(100) == PING_FRAME
    client.next_ping = 0.0
    hub.ping()
    assert theirs.recv(100) == close_frame(Close.TOO_SLOW)
    monkeypatch.setattr(live_hub, "LINGER_SECONDS", -1_000.0)
    hub.ping()
    ours.settimeout(0.0)
    with pytest.raises(BlockingIOError):
        ours.recv(1)  # it may still hang up by itself
    hub.ping()
    assert ours.recv(1) == b""
    hub.remove(client)
    assert len(hub) == 0


def test_a_bot_that_listens_looks_at_nothing(pair: tuple[socket.socket, socket.socket]) -> None:
    """Else each server with a bot would have its figures made anew all day."""
    hub = LiveHub(Relay(MemoryStream()), LiveLimit(RedisLink(None)))
    page, bot = (
        kind(SimpleNamespace(), LiveSocket(end), lambda: None, kind.__name__, hub.budgets)
        for kind, end in zip((LiveClient, BotClient), pair, strict=True)
    )
    for client, guild_id in ((page, 1), (bot, 1), (bot, 2)):
        assert hub.add(client)
        assert hub.subscribe(client, guild_id, None)
    assert hub.looked_at() == {1}
    hub.remove(page)
    assert hub.looked_at() == set()


def test_of_one_that_is_ending_only_its_end_is_read(
    pair: tuple[socket.socket, socket.socket],
) -> None:
    """Tens of thousands of messages that nobody answers once held all others for half a second."""
    ours, theirs = pair
    out = LiveSocket(ours)
    theirs.sendall(b"said before")
    assert out.recv(4_096) == b"said before"
    out.end(Close.TOO_MANY)
    theirs.sendall(b"x" * 10_000)
    theirs.shutdown(socket.SHUT_WR)
    assert out.recv(4_096) == b""
