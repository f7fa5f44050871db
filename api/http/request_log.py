"""One line per request, and one number in the metrics; the id that ties them to an answer."""

from __future__ import annotations

import os
import re
import sys
import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

import orjson
from flask import Flask, Response, g, request
from prometheus_client import Histogram
from structlog.contextvars import bind_contextvars, clear_contextvars

from adapters.settings import Settings
from adapters.telemetry.secrets import without_secrets
from api.http.addresses import plain_rule
from domain.clock import rfc3339
from services.accounts.access_log import AccessLog
from services.accounts.callers import Caller

VALID_REQUEST_ID = re.compile(r"[A-Za-z0-9_.-]{1,100}")
# Not the browser's doing and of no use to anybody reading the log.
# Clients may make up others, and each would be a series of its own in the metrics for ever.
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
SILENT_PATHS = ("/assets/", "/health/live", "/metrics")

REQUEST_SECONDS = Histogram(
    "modwatch_http_request_duration_seconds",
    "Time from the first byte of a request to the end of its answer",
    ("method", "route", "status"),
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)


def request_id(given: str | None) -> str:
    """The client's id where it is a sane one, else a new one."""
    if given and VALID_REQUEST_ID.fullmatch(given):
        return given
    return os.urandom(12).hex()


class RequestLog:
    """Writes a line of JSON, or on a terminal something for eyes, to standard error."""

    def __init__(self, settings: Settings, reads: AccessLog) -> None:
        self._reads = reads
        wants_console = settings.log_format == "console"
        self._console = wants_console or (settings.log_format == "auto" and sys.stderr.isatty())
        self._enabled = settings.log_level in ("debug", "info")
        self._out = sys.stderr.buffer

    def write(
        self,
        *,
        method: str,
        path: str,
        route: str,
        status: int,
        seconds: float,
        request_id: str,
        caller: Caller | None,
        guild_id: int | None,
        is_renewal: bool,
    ) -> None:
        """`path` comes without its query: that may hold a ticket or a search for a person.

        A client may put a token where none belongs: that is not logged either.
        """
        counted_as = method if method in METHODS else "other"
        REQUEST_SECONDS.labels(counted_as, route, str(status)).observe(seconds)
        if guild_id is not None and caller is not None and method == "GET" and status < 400:
            now_ms = time.time_ns() // 1_000_000
            self._reads.note(guild_id, caller.name, route, now_ms, is_renewal=is_renewal)
        if not self._enabled or path.startswith(SILENT_PATHS):
            return
        duration_ms = round(seconds * 1000, 2)
        path = without_secrets(path)
        if self._console:
            # Quoted: an address may hold line breaks and what terminals obey.
            line = f"{method} {quote(path)} {status} {duration_ms} ms\n".encode()
        else:
            line = orjson.dumps(
                {
                    "event": "request",
                    "timestamp": rfc3339(time.time_ns() // 1_000_000),
                    "method": method,
                    "path": path,
                    "route": route,
                    "status": status,
                    "duration_ms": duration_ms,
                    "request_id": without_secrets(request_id),
                    "caller": None if caller is None else caller.name,
                    "guild_id": None if guild_id is None else str(guild_id),
                },
                option=orjson.OPT_APPEND_NEWLINE,
            )
        self._out.write(line)
        self._out.flush()


def install_request_log(app: Flask, log: RequestLog) -> None:
    @app.before_request
    def start() -> None:
        g.started = time.perf_counter()
        g.request_id = request_id(request.headers.get("X-Request-Id"))
        # Whatever else is logged on the way says which request it belongs to.
        clear_contextvars()
        bind_contextvars(request_id=g.request_id)

    @app.after_request
    def finish(response: Response) -> Response:
        if "request_id" not in g:  # refused before it was routed
            g.started, g.request_id = time.perf_counter(), request_id(None)
        response.headers["X-Request-Id"] = g.request_id
        log.write(
            method=request.method,
            path=request.path,
            route=plain_rule(request.url_rule.rule) if request.url_rule else "none",
            status=response.status_code,
            seconds=time.perf_counter() - g.started,
            request_id=g.request_id,
            caller=_caller(),
            guild_id=g.get("guild_id"),
            is_renewal=is_renewal(request.environ),
        )
        return response


def is_renewal(environ: Mapping[str, Any]) -> bool:
    """Whether our page says that it reads this by itself, and not since somebody opened it."""
    return environ.get("HTTP_MODWATCH_RENEWAL") == "1"


def _caller() -> Caller | None:
    user = g.get("_login_user")
    return user if isinstance(user, Caller) else None
