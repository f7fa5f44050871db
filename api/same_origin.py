"""Cookies only count for writes that our own page sends.

A browser adds the cookie to whatever any site makes it send, but tells the truth in `Origin` and
`Sec-Fetch-Site`. Requests with a token need no such proof: no browser adds one by itself.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Flask, Request, request

from adapters.settings import Settings
from api.errors import Problem
from api.guard import COOKIE

SAFE_METHODS = ("GET", "HEAD", "OPTIONS")


def install_same_origin(app: Flask, settings: Settings) -> None:
    @app.before_request
    def refuse_foreign_writes() -> None:
        if request.method in SAFE_METHODS or "Authorization" in request.headers:
            return
        if not is_own(request, settings.public_url):
            raise Problem(403, "a write with a cookie must come from this site's own page")


def is_own(request: Request, public_url: str) -> bool:
    """Whether our page sent this. Without a cookie there is nothing to protect but the login."""
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site == "same-origin"
    origin = request.headers.get("Origin")
    if origin is not None:
        return is_own_origin(origin, request.host_url, public_url)
    return COOKIE not in request.cookies


def is_own_origin(origin: str, *own_urls: str) -> bool:
    """Whether `origin` is that of one of these addresses; scheme, host and port all count."""
    return any(_origin(origin) == _origin(url) for url in own_urls)


def _origin(url: str) -> tuple[str, str | None, int | None]:
    try:
        parts = urlsplit(url)
        port = parts.port or {"http": 80, "https": 443}.get(parts.scheme)
        return parts.scheme, parts.hostname, port
    except ValueError:
        return "", None, None
