"""A proxy that serves Modwatch below a path of its own, and takes that path off on the way."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from socketserver import StreamRequestHandler, ThreadingTCPServer
from threading import Thread
from urllib.parse import urlsplit

PATH = "/modwatch/"
ELSEWHERE = b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"


class PathProxy(ThreadingTCPServer):
    daemon_threads = True
    block_on_close = False

    def __init__(self, upstream: str) -> None:
        super().__init__(("127.0.0.1", 0), _Passing)
        parts = urlsplit(upstream)
        self.upstream = (str(parts.hostname), int(parts.port or 80))
        self.missed: list[str] = []  # what was asked for beside the path

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}{PATH}"


class _Passing(StreamRequestHandler):
    """One request a connection, or one WebSocket."""

    server: PathProxy

    def handle(self) -> None:
        method, _, rest = self.rfile.readline().partition(b" ")
        if not rest.startswith(PATH.encode()):
            self.server.missed.append(rest.decode())
            self.wfile.write(ELSEWHERE)
            return
        head = [method + b" /" + rest.removeprefix(PATH.encode())]
        while (line := self.rfile.readline()) not in (b"\r\n", b""):
            head.append(line)
        if not any(line.lower().startswith(b"upgrade:") for line in head):
            head = [line for line in head if not line.lower().startswith(b"connection:")]
            head.append(b"Connection: close\r\n")
        with socket.create_connection(self.server.upstream) as upstream:
            upstream.sendall(b"".join([*head, b"\r\n"]))
            Thread(target=self._send, args=(upstream,), daemon=True).start()
            _pump(upstream.recv, self.wfile.write)

    def _send(self, upstream: socket.socket) -> None:
        _pump(self.rfile.read1, upstream.sendall)


def _pump(read: Callable[[int], bytes], write: Callable[[bytes], object]) -> None:
    with suppress(OSError, ValueError):
        while piece := read(65536):
            write(piece)


@contextmanager
def below_a_path(upstream: str) -> Iterator[PathProxy]:
    with PathProxy(upstream) as proxy:
        serving = Thread(target=proxy.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        serving.start()
        yield proxy
        proxy.shutdown()
        serving.join()
