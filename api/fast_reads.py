"""Snapshots that this process has, answered before Flask is asked.

A dashboard left open asks for the same few answers all day. When the caller and the snapshot are
both known here, all that is left is to look them up; anything else (not known, not allowed, not a
plain GET) goes on to the routes of `api/routes/snapshots.py`, whose answers are the same bytes.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterable
from functools import lru_cache
from typing import Any, NamedTuple

from adapters.telemetry.counts import SNAPSHOT_READS
from api.http.cookies import session_cookie
from api.http.prefixes import Environ, WsgiApp
from api.http.rate_limits import standing_headers
from api.http.request_log import RequestLog, is_renewal, request_id
from api.http.security import deprecation_headers, security_headers
from api.routes.snapshots import SNAPSHOTS, not_modified, snapshot_headers
from domain.rate_limits import READS
from domain.snapshot import Kind
from domain.snowflake import parse_snowflake
from domain.spans import PERIODS, Span
from services.accounts.callers import (
    SESSION,
    TOKEN,
    Caller,
)
from services.container import Parts
from services.snapshots.reader import Read, Source

ROUTE = "/api/v1/servers/<guild_id>/"
# Under either prefix: `api/http/prefixes.py`, which comes before, makes one of the two.
_PATH = re.compile(r"/api/v1/servers/(?P<guild>[0-9]{1,19})/(?P<name>[a-z-]+)")
_LOCAL_READS = SNAPSHOT_READS.labels(Source.LOCAL.value)
LONGEST_PATH, LONGEST_QUERY = 80, 40
_PERIOD_QUERIES = {f"period={span.value}": span for span in PERIODS}


class Wanted(NamedTuple):
    guild_id: int
    kind: Kind
    span: Span
    name: str


class FastReads:
    def __init__(self, app: WsgiApp, parts: Parts, log: RequestLog) -> None:
        self._app, self._log = app, log
        self._snapshots, self._access = parts.snapshots, parts.access
        self._counts = parts.rate_counts if parts.settings.rate_limits else None
        name = re.escape(session_cookie(parts.settings))
        self._cookie = re.compile(rf"(?:^|;\s*){name}=([A-Za-z0-9_-]+)")
        self._always = security_headers(parts.settings)
        self._clock, self._unread = parts.clock, parts.unread

    def __call__(self, environ: Environ, start_response: Any) -> Iterable[bytes]:
        if environ["REQUEST_METHOD"] == "GET":
            started = time.perf_counter()
            wanted = _wanted(environ["PATH_INFO"], environ.get("QUERY_STRING", ""))
            caller = self._caller(environ) if wanted else None
            if wanted and caller and caller.role_in(wanted.guild_id) is not None:
                read = self._local(wanted, caller)
                if read is not None and (limits := self._limit_headers(caller)) is not None:
                    environ["modwatch.limits"] = limits
                    return self._answer(environ, start_response, wanted, caller, read, started)
        return self._app(environ, start_response)

    def _local(self, wanted: Wanted, caller: Caller) -> Read | None:
        """Of an overview only where its reader is known to have read everything."""
        if wanted.kind is Kind.OVERVIEW and self._unread.local(wanted.guild_id, caller.name) != 0:
            return None
        return self._snapshots.local(wanted.guild_id, wanted.kind, wanted.span)

    def _limit_headers(self, caller: Caller) -> list[tuple[str, str]] | None:
        """Counts the read; None where it is one too many, which the routes say."""
        if self._counts is None:
            return []
        standing = self._counts.take(caller.name, READS, self._clock())
        return None if standing.is_over else standing_headers(standing)

    def _caller(self, environ: Environ) -> Caller | None:
        authorization = environ.get("HTTP_AUTHORIZATION")
        if authorization is not None:
            bearer = authorization.startswith("Bearer ")
            return self._access.known(TOKEN, authorization[7:]) if bearer else None
        cookie = self._cookie.search(environ.get("HTTP_COOKIE", ""))
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
        headers = [
            *_headers(read),
            *self._always,
            ("X-Request-Id", id),
            *environ["modwatch.limits"],
        ]
        if environ.get("modwatch.unversioned"):
            headers += deprecation_headers(environ.get("SCRIPT_NAME", "") + environ["PATH_INFO"])
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
            is_renewal=is_renewal(environ),
        )
        return body


def _wanted(path: str, query: str) -> Wanted | None:
    """What a plain address of a snapshot asks for; None leaves it to the routes."""
    # Longer ones are none of ours, and nobody's to keep.
    if len(path) > LONGEST_PATH or len(query) > LONGEST_QUERY:
        return None
    return _parsed(path, query)


@lru_cache(maxsize=10_000)
def _parsed(path: str, query: str) -> Wanted | None:
    match = _PATH.fullmatch(path)
    if match is None or (read := SNAPSHOTS.get(match["name"])) is None:
        return None
    if read.kind is Kind.RULE_EFFECTIVENESS:  # cut to the number of rules asked for
        return None
    span = read.span
    if query and read.query is not None:
        if (asked := _PERIOD_QUERIES.get(query)) is None:
            return None
        span = asked
    try:
        guild_id = parse_snowflake(match["guild"])
    except ValueError:
        return None
    return Wanted(guild_id, read.kind, span, match["name"])


@lru_cache(maxsize=1_000)
def _headers(read: Read) -> list[tuple[str, str]]:
    """What describes the body first: a 304 leaves out the first three, as the routes do."""
    content_type, modified, *others = snapshot_headers(read, Source.LOCAL)
    length = "Content-Length", str(len(read.body))
    return [content_type, length, modified, *others]
