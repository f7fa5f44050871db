"""Snapshots that this process has, answered before Flask is asked.

A dashboard left open asks for the same few answers all day. When the caller and the snapshot are
both known here, all that is left is to look them up; anything else (not known, not allowed, not a
plain GET) goes on to the routes of `api/snapshots.py`, whose answers are the same to the byte.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterable
from functools import lru_cache
from typing import Any, NamedTuple

from adapters.counts import SNAPSHOT_READS
from api.guard import COOKIE
from api.prefixes import Environ, WsgiApp
from api.request_log import RequestLog, request_id
from api.security import SECURITY_HEADERS, deprecation_headers
from api.snapshots import not_modified, snapshot_headers
from domain.snapshot import PERIODS, Kind
from domain.spans import Span
from schemas.event import parse_snowflake
from services.access import SESSION, TOKEN, Access, Caller
from services.snapshots import Read, SnapshotReader, Source

ROUTE = "/api/v1/servers/<guild_id>/"
# Under either prefix: `api/prefixes.py`, which comes before, makes one of the two.
_PATH = re.compile(r"/api/v1/servers/(?P<guild>[0-9]{1,19})/(?P<name>[a-z-]+)")
_COOKIE = re.compile(rf"(?:^|;\s*){COOKIE}=([A-Za-z0-9_-]+)")
_KINDS: dict[str, tuple[Kind, Span]] = {
    "metrics": (Kind.METRICS, Span.DAY),
    "health": (Kind.HEALTH, Span.DAY),
    "top-offenders": (Kind.TOP_OFFENDERS, Span.ALL),
    "temporal-analytics": (Kind.TEMPORAL_ANALYTICS, Span.QUARTER),
    "moderators": (Kind.MODERATORS, Span.WEEK),
    "overview": (Kind.OVERVIEW, Span.DAY),
}
_LOCAL_READS = SNAPSHOT_READS.labels(Source.LOCAL.value)
_PERIOD_QUERIES = {f"period={span.value}": span for span in PERIODS}


class Wanted(NamedTuple):
    guild_id: int
    kind: Kind
    span: Span
    name: str


class FastReads:
    def __init__(
        self, app: WsgiApp, snapshots: SnapshotReader, access: Access, log: RequestLog
    ) -> None:
        self._app, self._snapshots, self._access, self._log = app, snapshots, access, log

    def __call__(self, environ: Environ, start_response: Any) -> Iterable[bytes]:
        if environ["REQUEST_METHOD"] == "GET":
            started = time.perf_counter()
            wanted = _wanted(environ["PATH_INFO"], environ.get("QUERY_STRING", ""))
            caller = self._caller(environ) if wanted else None
            if wanted and caller and caller.role_in(wanted.guild_id) is not None:
                read = self._snapshots.local(wanted.guild_id, wanted.kind, wanted.span)
                if read is not None:
                    return self._answer(environ, start_response, wanted, caller, read, started)
        return self._app(environ, start_response)

    def _caller(self, environ: Environ) -> Caller | None:
        authorization = environ.get("HTTP_AUTHORIZATION")
        if authorization is not None:
            bearer = authorization.startswith("Bearer ")
            return self._access.known(TOKEN, authorization[7:]) if bearer else None
        cookie = _COOKIE.search(environ.get("HTTP_COOKIE", ""))
        return self._access.known(SESSION, cookie[1]) if cookie else None

    def _answer(
        self,
        environ: Environ,
        start_response: Any,
        wanted: Wanted,
        caller: Caller,
        read: Read,
        started: float,
    ) -> list[bytes]:
        id = request_id(environ.get("HTTP_X_REQUEST_ID"))
        headers = [*_headers(read), ("X-Request-Id", id)]
        if environ.get("modwatch.unversioned"):
            headers += deprecation_headers(environ["PATH_INFO"])
        _LOCAL_READS.inc()
        body = [read.body]
        if not_modified(read, environ.get("HTTP_IF_NONE_MATCH")):
            status, body = 304, []
            start_response("304 NOT MODIFIED", headers[3:])
        else:
            status = 200
            start_response("200 OK", headers)
        self._log.write(
            method="GET",
            path=environ["PATH_INFO"],
            route=ROUTE + wanted.name,
            status=status,
            seconds=time.perf_counter() - started,
            request_id=id,
            caller=caller,
            guild_id=wanted.guild_id,
        )
        return body


@lru_cache(maxsize=10_000)
def _wanted(path: str, query: str) -> Wanted | None:
    """What a plain address of a snapshot asks for; None leaves it to the routes."""
    match = _PATH.fullmatch(path)
    if match is None or (found := _KINDS.get(match["name"])) is None:
        return None
    kind, span = found
    if query and kind is not Kind.OVERVIEW:
        if (asked := _PERIOD_QUERIES.get(query)) is None:
            return None
        span = asked
    try:
        guild_id = parse_snowflake(match["guild"])
    except ValueError:
        return None
    return Wanted(guild_id, kind, span, match["name"])


@lru_cache(maxsize=1_000)
def _headers(read: Read) -> list[tuple[str, str]]:
    """What describes the body first: a 304 leaves out the first three, as the routes do."""
    content_type, modified, *others = snapshot_headers(read, Source.LOCAL)
    length = "Content-Length", str(len(read.body))
    return [content_type, length, modified, *others, *SECURITY_HEADERS]
