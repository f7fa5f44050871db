"""A small real HTTP server in Modwatch's place, for answers the real one gives when it is ill."""

from __future__ import annotations

import gzip
import json
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

PROBLEM = "application/problem+json"
JsonObject = dict[str, Any]


@dataclass
class Answer:
    status: int
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)


@dataclass
class Asked:
    """A request to `/api/v1/ingest`, unpacked."""

    events: list[JsonObject]
    size: int
    headers: dict[str, str]
    at: float  # time.monotonic()


def stored(asked: Asked) -> Answer:
    """What a healthy server says to events it sees for the first time."""
    return Answer(202, {"accepted": len(asked.events), "duplicates": 0, "rejected": []})


def problem(status: int, errors: Any = None, **headers: str) -> Answer:
    body = {"status": status, "detail": "not today"} | ({"errors": errors} if errors else {})
    named = {name.replace("_", "-"): text for name, text in headers.items()}
    return Answer(status, body, {"Content-Type": PROBLEM} | named)


class StandIn:
    """Answers as `answer` says; keeps what it was asked, and what it said 202 to."""

    def __init__(self) -> None:
        self.answer: Callable[[Asked], Answer] = stored
        self.asked: list[Asked] = []
        self.taken: list[JsonObject] = []
        self.guilds: JsonObject = {"covers_all": True, "guild_ids": []}
        self._lock = threading.Lock()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        # The end is waited for by each test: not for the half second of the default.
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.02,), daemon=True
        )

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def ids(self) -> list[str]:
        return [event["id"] for event in self.taken]

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def _reply(self, headers: dict[str, str], body: bytes) -> Answer:
        if headers.get("content-encoding") == "gzip":
            body = gzip.decompress(body)
        events = [json.loads(line) for line in body.splitlines()]
        asked = Asked(events, len(body), headers, time.monotonic())
        with self._lock:
            self.asked.append(asked)
            answer = self.answer(asked)
            if answer.status == 202:
                rejected = {one["index"] for one in answer.body["rejected"]}
                self.taken += [one for n, one in enumerate(events) if n not in rejected]
        return answer

    def _handler(stand_in) -> type[BaseHTTPRequestHandler]:
        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                headers = {name.lower(): text for name, text in self.headers.items()}
                self._say(stand_in._reply(headers, body))

            def do_GET(self) -> None:
                is_known = self.path == "/api/v1/bot/guilds"
                self._say(Answer(200, stand_in.guilds) if is_known else problem(404))

            def _say(self, answer: Answer) -> None:
                text = json.dumps(answer.body).encode()
                self.send_response(answer.status)
                for name, value in answer.headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                self.wfile.write(text)

            def log_message(self, *_: object) -> None:
                """Not on the tests' output."""

        return Handler
