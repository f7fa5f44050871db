"""Cookies only count for writes that our own page sends.

A browser adds the cookie to whatever any site makes it send, but tells the truth in `Origin` and
`Sec-Fetch-Site`. Requests that a token identified need no such proof: no browser adds one by
itself. A header that looks like one but is nobody's proves nothing.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Flask, Request, request

from adapters.settings import Settings
from api.http.cookies import sent_session
from api.http.errors import Problem
from api.http.guard import SAFE_METHODS, claimed_secret, current_caller
from services.accounts.callers import TOKEN

# Their addresses are the proof, and a mail program's page sends them from its own site.
_BY_ADDRESS = ("stop_mails",)


def install_same_origin(app: Flask, settings: Settings) -> None:
    @app.before_request
    def refuse_foreign_writes() -> None:
        if request.method in SAFE_METHODS or _is_by_token() or request.blueprint in _BY_ADDRESS:
            return
        if not is_own(request, settings.public_url):
            raise Problem(403, "a write with a cookie must come from this site's own page")


def require_own_page() -> None:
    """For a read that is written down in its reader's name: no other site may make it.

    Typed addresses and bookmarks are fine.
    """
    site = request.headers.get("Sec-Fetch-Site", "none")
    if site not in ("same-origin", "none") and not _is_by_token():
        raise Problem(403, "this must be asked for from this site's own page")


def _is_by_token() -> bool:
    claimed = claimed_secret(request)
    return claimed is not None and claimed[0] == TOKEN and current_caller() is not None


def is_own(request: Request, public_url: str) -> bool:
    """Whether our page sent this. Without a cookie there is nothing to protect but the login."""
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site == "same-origin"
    origin = request.headers.get("Origin")
    if origin is not None:
        return is_own_origin(origin, request.host_url, public_url)
    return not sent_session()


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
