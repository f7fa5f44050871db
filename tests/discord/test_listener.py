"""A door that shuts keeps its port: nobody else gets it, whenever they ask the system for one."""

from __future__ import annotations

import socket

import pytest

from tests.discord.exchange import Answer
from tests.discord.listener import HOST, Listener, _Server


def is_free(port: int) -> bool:
    with socket.socket() as stranger:
        try:
            stranger.bind((HOST, port))
        except OSError:
            return False
    return True


def test_its_port_is_never_free_before_it_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nor between the end of the one socket and the next one."""
    door = Listener(lambda _: Answer(204))
    moments = [is_free(door.port)]
    stop = _Server.stop_accepting

    def stop_and_look(server: _Server) -> None:
        stop(server)
        moments.append(is_free(door.port))

    monkeypatch.setattr(_Server, "stop_accepting", stop_and_look)
    for _ in range(2):
        door.open()
        moments.append(is_free(door.port))
        door.close()
        moments.append(is_free(door.port))
    assert moments == [False] * 7
    door.leave()
    assert is_free(door.port)
