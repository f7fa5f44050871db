"""A server on loopback that notes what comes and answers as a test says, with TLS if it likes."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from threading import Thread

Conversation = Callable[[socket.socket], None]


class Door:
    """Accepts connections one after the other and hands each to `talk`; counts them."""

    def __init__(self, talk: Conversation, tls: ssl.SSLContext | None = None) -> None:
        self.connections = 0
        self._talk = talk
        self._tls = tls
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._socket.getsockname()[1])
        self._thread = Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            self.connections += 1
            with suppress(OSError), connection:
                self._talk(self._secured(connection))

    def _secured(self, connection: socket.socket) -> socket.socket:
        return self._tls.wrap_socket(connection, server_side=True) if self._tls else connection

    def close(self) -> None:
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        self._thread.join()


@contextmanager
def door(talk: Conversation, tls: ssl.SSLContext | None = None) -> Iterator[Door]:
    opened = Door(talk, tls)
    try:
        yield opened
    finally:
        opened.close()


def request_of(connection: socket.socket) -> bytes:
    """One whole HTTP request, headers and body."""
    received = b""
    while b"\r\n\r\n" not in received:
        received += (chunk := connection.recv(65536))
        if not chunk:
            return received
    head, _, body = received.partition(b"\r\n\r\n")
    length = next(
        (
            int(line.split(b":")[1])
            for line in head.lower().split(b"\r\n")
            if b"content-length:" in line
        ),
        0,
    )
    while len(body) < length and (chunk := connection.recv(65536)):
        body += chunk
    return head + b"\r\n\r\n" + body
