"""Whom Alertmanager tells: a webhook that keeps which alerts fire and which have ended."""

from __future__ import annotations

import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any


class Pager:
    """`firing` and `resolved` hold the names of alerts, by what was last said of each."""

    def __init__(self) -> None:
        self.firing: dict[str, str] = {}  # and where to read on
        self.resolved: set[str] = set()
        pager = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                length = int(self.headers["Content-Length"])
                pager.hear(json.loads(self.rfile.read(length)))
                self.send_response(200)
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}/alerts"
        Thread(target=self._server.serve_forever, daemon=True).start()

    def hear(self, message: dict[str, Any]) -> None:
        for alert in message["alerts"]:
            name = alert["labels"]["alertname"]
            if alert["status"] == "firing":
                self.firing[name] = alert["annotations"]["runbook_url"]
                self.resolved.discard(name)
            else:
                self.firing.pop(name, None)
                self.resolved.add(name)

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
