"""Waits for a web server's first answer without blocking: one question, looked after at times."""

import socket
from contextlib import suppress

REQUEST = b"GET /health/live HTTP/1.0\r\nHost: localhost\r\n\r\n"


class FirstAnswer:
    """Asks the server at `address` whether it lives; the port may be open long before it does."""

    def __init__(self, address: tuple[str, int]) -> None:
        self._address = address
        self._connection: socket.socket | None = None

    def __call__(self) -> bool:
        """Return whether it has answered 200 by now; asks again where the connection was lost."""
        if self._connection is None:
            self._connection = socket.create_connection(self._address, timeout=1)
            self._connection.sendall(REQUEST)
            self._connection.setblocking(False)
        try:
            answer = self._connection.recv(64)
        except BlockingIOError:
            return False
        except ConnectionError:
            answer = b""
        with suppress(OSError):
            self._connection.close()
        self._connection = None
        return b" 200 " in answer
