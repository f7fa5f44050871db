"""Pings: who does not answer is ended, and who does not hang up is cut off."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from types import SimpleNamespace

import pytest

from adapters.live_limit import LiveLimit
from adapters.memory_stream import MemoryStream
from adapters.redis_link import RedisLink
from api import live_hub
from api.live_hub import LiveClient, LiveHub
from api.live_socket import PING_FRAME, LiveSocket, close_frame
from domain.live import Close
from services.relay import Relay


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
    client = LiveClient(ws, LiveSocket(ours), lambda: None, "somebody")
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
