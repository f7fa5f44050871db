"""`/metrics` and `/health/live` of a process that serves nothing else: a worker, or beat."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from socket import AF_INET6
from threading import Thread
from urllib.parse import parse_qs, urlsplit

import structlog

from adapters.telemetry.exposition import Exposition, may_look

SILENT_SECONDS = 5.0
_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class MetricsServer:
    """Listens on `bind`; the numbers ask for the token, that the process lives is no secret."""

    bind: str
    port: int
    token: str | None
    exposition: Exposition

    def start(self) -> ThreadingHTTPServer | None:
        """Serve from a thread that ends with the process; None where the port is taken.

        That is no reason to do no work, so it is said and no more.
        """
        try:
            server = _server(self.bind)((self.bind, self.port), self._handler())
        except OSError as error:
            _log.error("metrics_not_served", port=self.port, error=str(error))
            return None
        Thread(target=server.serve_forever, daemon=True, name="metrics").start()
        return server

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        exposition, token = self.exposition, self.token

        class Handler(BaseHTTPRequestHandler):
            timeout = SILENT_SECONDS  # who sends nothing takes no thread for ever

            def do_GET(self) -> None:
                address = urlsplit(self.path)
                if address.path == "/health/live":
                    self._answer(HTTPStatus.OK, '{"status":"alive"}', "application/json")
                elif address.path != "/metrics":
                    self._answer(HTTPStatus.NOT_FOUND, "/metrics and /health/live are here")
                elif not may_look(self.headers.get("Authorization", ""), token):
                    self._answer(HTTPStatus.UNAUTHORIZED, "the metrics need their token")
                else:
                    names = parse_qs(address.query).get("name[]", ())
                    said = exposition.text(self.headers.get("Accept"), names)
                    self._answer(HTTPStatus.OK, *said)

            def _answer(self, status: int, text: str, content_type: str = "text/plain") -> None:
                body = text.encode()
                self.send_response(status)
                self.send_header("Content-Type", content_type)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                """Nobody reads that a number was read."""

        return Handler


def _server(bind: str) -> type[ThreadingHTTPServer]:
    class Server(ThreadingHTTPServer):
        daemon_threads = True
        if bind != "localhost" and ip_address(bind).version == 6:
            address_family = AF_INET6

    return Server
