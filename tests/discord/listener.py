"""A door for HTTP/1.1 on loopback, which can be shut and opened again at the same address."""

import socket
import sys
from collections.abc import Callable
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socketserver import TCPServer
from threading import Thread
from urllib.parse import parse_qsl, urlsplit

from tests.discord.exchange import Answer, Request

HOST = "127.0.0.1"
Answering = Callable[[Request], Answer]


class Listener:
    """Answers while it is open; refuses connections while it is not."""

    def __init__(self, answer: Answering, port: int = 0) -> None:
        self._answer = answer
        self._place = _place(port)
        self.port = int(self._place.getsockname()[1])
        self._server = _Server(self.port, answer)
        self._acceptor: Thread | None = None

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self.port}"

    def open(self) -> None:
        if self._acceptor is None:
            self._server.server_activate()
            self._acceptor = Thread(target=self._server.serve, daemon=True)
            self._acceptor.start()

    def close(self) -> None:
        """Break every connection and refuse new ones; the port stays ours."""
        if self._acceptor is not None:
            self._server.stop_accepting()
            self._acceptor.join()
            self._acceptor = None
            before, self._server = self._server, _Server(self.port, self._answer)
            before.hang_up()

    def leave(self) -> None:
        """Give the port up for good."""
        self.close()
        self._server.server_close()
        self._place.close()


def _place(port: int) -> socket.socket:
    """Never listens, and holds the port for sockets that do, one after the other.

    One that the system chose goes back to it when its socket is shut, at once to whoever asks.
    """
    place = socket.socket()
    place.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    place.bind((HOST, port))
    return place


class _Server(ThreadingHTTPServer):
    """Bound, but not listening before `server_activate`: until then a connection is refused."""

    daemon_threads = True
    request_queue_size = 1024

    def __init__(self, port: int, answer: Answering) -> None:
        self.answer = answer
        self._connections: set[socket.socket] = set()
        super().__init__((HOST, port), _Handler, bind_and_activate=False)
        self.server_bind()

    def server_bind(self) -> None:
        TCPServer.server_bind(self)  # without the look-up of a host name that HTTPServer does
        self.server_name, self.server_port = HOST, self.socket.getsockname()[1]

    def serve(self) -> None:
        """Accept until `stop_accepting`, without the polling of serve_forever."""
        while True:
            try:
                connection, address = self.get_request()
            except OSError:
                return
            self._connections.add(connection)
            self.process_request(connection, address)

    def stop_accepting(self) -> None:
        """End `serve` at once, though it waits for a connection."""
        self.socket.shutdown(socket.SHUT_RDWR)

    def hang_up(self) -> None:
        """Break what is open, once nothing new can come."""
        self.server_close()
        for connection in list(self._connections):
            # The client may have been quicker.
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def shutdown_request(self, request: object) -> None:
        assert isinstance(request, socket.socket)
        self._connections.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request: object, client_address: object) -> None:
        """Clients may go away in the middle; what else goes wrong here is worth a traceback."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)  # type: ignore[arg-type]


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1  # headers and body leave together
    server: _Server

    def _serve(self) -> None:
        answer = self.server.answer(self._request())
        if answer.status == 0:
            self.close_connection = True
            return
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        if answer.status != 204:
            self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        self.wfile.write(answer.body)

    def _request(self) -> Request:
        address = urlsplit(self.path)
        return Request(
            method=self.command,
            path=address.path,
            query=dict(parse_qsl(address.query, keep_blank_values=True)),
            headers={name.lower(): value for name, value in self.headers.items()},
            body=self.rfile.read(int(self.headers.get("Content-Length") or 0)),
            address=self.client_address[0],
        )

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _serve

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing: the journal has it."""
