"""WebSockets of the library `websockets`: what a client in Python would use."""

from __future__ import annotations

import socket
from typing import Protocol
from urllib.parse import urlsplit

import orjson
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from tests.parts import JsonObject

PATIENCE_SECONDS = 60.0
# What the kernel keeps for who does not read: left alone it takes up to tens of megabytes.
RECEIVE_BUFFER_BYTES = 256 * 1024


class Socket(Protocol):
    def send(self, message: JsonObject | str) -> None: ...

    def receive(self) -> JsonObject | int:
        """The next message; the close code when there is none any more."""

    def close(self) -> None: ...


class Sockets(Protocol):
    def open(self, address: str) -> Socket: ...


class LibrarySocket:
    def __init__(self, connection: ClientConnection) -> None:
        self._connection = connection

    def send(self, message: JsonObject | str) -> None:
        self._connection.send(text_of(message))

    def receive(self) -> JsonObject | int:
        try:
            message: JsonObject = orjson.loads(self._connection.recv(PATIENCE_SECONDS))
        except ConnectionClosed as closed:
            return 1006 if closed.rcvd is None else closed.rcvd.code
        return message

    def close(self) -> None:
        self._connection.close()


class LibrarySockets:
    def __init__(self) -> None:
        self._open: list[LibrarySocket] = []

    def open(self, address: str) -> Socket:
        # It reads ahead of its user by that many messages, and then no more.
        opened = LibrarySocket(
            connect(
                address,
                sock=_connected(address),
                max_queue=2,
                open_timeout=PATIENCE_SECONDS,
                close_timeout=1,
                legacy=True,
            )
        )
        self._open.append(opened)
        return opened

    def close(self) -> None:
        for one in self._open:
            one.close()


def _connected(address: str) -> socket.socket:
    to = urlsplit(address)
    assert to.hostname
    assert to.port
    sock = socket.socket()
    # Before it connects: what a window may grow to is agreed on then.
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER_BYTES)
    sock.settimeout(PATIENCE_SECONDS)
    sock.connect((to.hostname, to.port))
    return sock


def text_of(message: JsonObject | str) -> str:
    return message if isinstance(message, str) else orjson.dumps(message).decode()
