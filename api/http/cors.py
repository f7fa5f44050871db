"""Pages of other origins that may call the API with a token; none by default.

Cookies are never allowed along (no `Access-Control-Allow-Credentials`): a login is for our own
page. It wraps the whole application, so that errors and quick answers carry the headers as well.
Protocol: https://fetch.spec.whatwg.org/#http-cors-protocol
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from api.http.prefixes import Environ, WsgiApp

Headers = list[tuple[str, str]]
METHODS = "GET, POST, PUT, PATCH, DELETE"
TAKEN = "Authorization, Content-Type, Idempotency-Key, If-Match, If-None-Match, X-Request-Id"
SHOWN = (
    "Content-Disposition, Deprecation, ETag, Link, RateLimit-Limit, RateLimit-Remaining,"
    " RateLimit-Reset, Repr-Digest, Retry-After, X-Cache, X-Chart-Text, X-Request-Id"
)
PREFLIGHT: Headers = [
    ("Access-Control-Allow-Methods", METHODS),
    ("Access-Control-Allow-Headers", TAKEN),
    ("Access-Control-Max-Age", "600"),
    ("Content-Length", "0"),
]


def cross_origin(app: WsgiApp, origins: frozenset[str]) -> WsgiApp:
    """`app`, for pages of these origins too; as it is where there are none."""
    if not origins:
        return app

    def shared(environ: Environ, start_response: Any) -> Iterable[bytes]:
        if not environ["PATH_INFO"].startswith("/api/"):
            return app(environ, start_response)
        origin = environ.get("HTTP_ORIGIN", "")
        more = _headers(origin) if origin in origins else [("Vary", "Origin")]
        if origin in origins and _is_preflight(environ):
            start_response("204 No Content", [*more, *PREFLIGHT])
            return []

        def start(status: str, headers: Headers, *rest: Any) -> Any:
            return start_response(status, [*headers, *more], *rest)

        return app(environ, start)

    return shared


def _headers(origin: str) -> Headers:
    return [
        ("Access-Control-Allow-Origin", origin),
        ("Access-Control-Expose-Headers", SHOWN),
        ("Vary", "Origin"),
    ]


def _is_preflight(environ: Environ) -> bool:
    asks = "HTTP_ACCESS_CONTROL_REQUEST_METHOD" in environ
    return environ["REQUEST_METHOD"] == "OPTIONS" and asks
